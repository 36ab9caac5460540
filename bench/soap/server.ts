// A SOAP service that costs next to nothing: ready-made answers of as many orders as a call asks for. Prints its port.
import { createServer } from 'node:http';

const order = (id: number): string =>
  `<t:order><t:id>${id}</t:id><t:customer>Customer number ${id}</t:customer><t:total>${id}.90</t:total>` +
  `<t:paid>${id % 3 === 0}</t:paid><t:placedAt>2026-03-01T12:00:00+01:00</t:placedAt></t:order>`;

const answers = new Map<string, Buffer>();

function answerOf(count: string): Buffer {
  const known = answers.get(count);
  if (known !== undefined) return known;
  const orders = Array.from({ length: Number(count) }, (_, i) => order(i + 1)).join('');
  const text =
    '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>' +
    `<t:ListOrdersResponse xmlns:t="urn:bench:orders">${orders}</t:ListOrdersResponse></s:Body></s:Envelope>`;
  const answer = Buffer.from(text);
  answers.set(count, answer);
  return answer;
}

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  request.on('end', () => {
    const answer = answerOf(/count>(\d+)</.exec(text)?.[1] ?? '1');
    response.writeHead(200, { 'content-type': 'text/xml; charset=utf-8', 'content-length': answer.byteLength });
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.stdout.write(`${address.port}\n`);
});
