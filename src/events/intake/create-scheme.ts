// Settings of a webhook → its scheme.
import type { WebhookSettings } from '../../config/webhook-settings.ts';
import type { Scheme } from './scheme.ts';
import { github } from './schemes/github.ts';
import { hmac } from './schemes/hmac.ts';
import { basic, token, unsigned } from './schemes/shared-secret.ts';
import { shopify } from './schemes/shopify.ts';
import { slack } from './schemes/slack.ts';
import { standardWebhooks } from './schemes/standard-webhooks.ts';
import { stripe } from './schemes/stripe.ts';

export function createScheme(settings: WebhookSettings): Scheme {
  switch (settings.scheme) {
    case 'standard-webhooks':
      return standardWebhooks(settings.secrets, settings.toleranceSec);
    case 'stripe':
      return stripe(settings.secrets, settings.toleranceSec);
    case 'github':
      return github(settings.secrets);
    case 'slack':
      return slack(settings.secrets, settings.toleranceSec);
    case 'shopify':
      return shopify(settings.secrets);
    case 'hmac':
      return hmac(settings);
    case 'basic':
      return basic({ secrets: settings.secrets, deliveryIdHeader: settings.deliveryIdHeader });
    case 'token':
      return token({
        secrets: settings.secrets,
        deliveryIdHeader: settings.deliveryIdHeader,
        header: settings.header,
      });
    case 'none':
      return unsigned({ deliveryIdHeader: settings.deliveryIdHeader });
  }
}
