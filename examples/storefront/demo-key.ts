// The API key of the example's shop, as manifold.yaml has it too. It protects nothing: the data is made up.
export const DEMO_KEY = 'storefront-demo-key';
