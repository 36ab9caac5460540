<?php
// PHP's SoapServer over orders.wsdl (SOAP 1.1 and 1.2) and math.wsdl (rpc, encoded): php -S 127.0.0.1:PORT server.php
class Orders {
  private $token = '';
  public function Session($session) { $this->token = $session->token; }
  public function PlaceOrder($order) {
    $items = is_array($order->item) ? $order->item : [$order->item];
    $total = '0';
    foreach ($items as $item) {
      if ($item->sku === 'gone') {
        throw new SoapFault('Client', 'sold out', null, ['sku' => $item->sku], 'SoldOut');
      }
      $total = sprintf('%.2f', (float) $total + $item->quantity * (float) $item->price);
    }
    $buyer = $order->buyer;
    $type = isset($buyer->vat) ? 'Company' : 'Person';
    $buyer->name = $buyer->name . ' ' . $this->token;
    return ['buyer' => new SoapVar($buyer, SOAP_ENC_OBJECT, $type, 'urn:makers:orders'), 'item' => $items,
      'placedAt' => $order->placedAt, 'total' => $total, 'document' => $order->document ?? null];
  }
}
/** WS-Security UsernameToken Profile 1.0: the digest is of nonce, time and password. */
class SecureOrders extends Orders {
  public function Security($security) {
    $xml = file_get_contents('php://input');
    $text = fn($name) => preg_match("/<(?:\\w+:)?$name\\b[^>]*>([^<]*)</", $xml, $found) ? $found[1] : '';
    $wanted = base64_encode(sha1(base64_decode($text('Nonce')) . $text('Created') . 'secret', true));
    $fresh = abs(time() - strtotime($text('Created'))) < 60;
    if ($text('Username') !== 'hub' || $text('Password') !== $wanted || !$fresh) throw new SoapFault('Client', 'who are you?');
  }
}
class Math {
  public function add($a, $b) { return $a + $b; }
  public function sum($numbers) { return array_sum($numbers); }
  public function mirror($points) { return array_map(fn($p) => ['x' => -$p->x, 'y' => -$p->y], $points); }
  private $ticket = '';
  public function ticket($ticket) { $this->ticket = $ticket; }
  public function transpose($rows) { return array_map(null, ...$rows); }
  public function echo($person) { if ($person->name !== null) $person->name .= $this->ticket; return $person; }
  public function fail($code) {
    throw new SoapFault('Server.Broken', 'it failed', null, new SoapVar(['code' => $code, 'reason' => 'because'], SOAP_ENC_OBJECT, 'Failure', 'urn:makers:math'), 'failure');
  }
  public function tally($counts) { return array_map(fn($n) => $n * 2, $counts); }
  public function greet($name) { return "Grüß Gott, $name"; }
}
ini_set('soap.wsdl_cache_enabled', '0');
$math = str_starts_with($_SERVER['REQUEST_URI'], '/math');
$soap12 = str_contains($_SERVER['CONTENT_TYPE'] ?? '', 'application/soap+xml');
$server = new SoapServer(__DIR__ . ($math ? '/math.wsdl' : '/orders.wsdl'), ['soap_version' => $soap12 ? SOAP_1_2 : SOAP_1_1]);
$secure = str_starts_with($_SERVER['REQUEST_URI'], '/secure');
$server->setObject($math ? new Math() : ($secure ? new SecureOrders() : new Orders()));
$server->handle();
