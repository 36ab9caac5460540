// The API key of the example's shop, as manifold.yaml has it too. It protects nothing: the data is made up.
export const DEMO_KEY = 'storefront-demo-key';
/** What the shop signs its webhooks with; events/manifold.yaml has it too. */
export const DEMO_WEBHOOK_SECRET = 'whsec_c3RvcmVmcm9udC1kZW1vLXNlY3JldC1rZXk=';
