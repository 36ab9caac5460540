// The fetch that provider packages are given: no redirects, and no answer larger than the source allows.
import { HubFault } from '../../faults/hub-fault.ts';

/**
 * A redirect is handed back as the answer it is: following it would send keys in custom headers to another host.
 * Reading more than `maxBytes` fails with HUB_UPSTREAM_TOO_LARGE.
 */
export function createBoundedFetch(maxBytes: number): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'manual' });
    if (response.body === null) return response;
    let bytes = 0;
    const limit = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        if (bytes > maxBytes) {
          controller.error(
            new HubFault('HUB_UPSTREAM_TOO_LARGE', `The answer of the model has more than ${maxBytes} bytes.`),
          );
        } else controller.enqueue(chunk);
      },
    });
    return new Response(response.body.pipeThrough(limit), {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
  };
}
