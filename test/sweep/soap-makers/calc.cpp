// gSOAP (document, literal): made by soapcpp2 from calc.h; listens on any port and prints it.
#include <cmath>
#include <cstdio>
#include <netinet/in.h>
#include "soapH.h"
#include "calc.nsmap"
int main() {
  struct soap *soap = soap_new1(SOAP_XML_INDENT | SOAP_IO_KEEPALIVE);
  soap->send_timeout = soap->recv_timeout = 5;
  if (!soap_valid_socket(soap_bind(soap, "127.0.0.1", 0, 10))) { soap_print_fault(soap, stderr); return 1; }
  struct sockaddr_in address; socklen_t length = sizeof(address);
  getsockname(soap->master, (struct sockaddr *)&address, &length);
  printf("%d\n", ntohs(address.sin_port)); fflush(stdout);
  while (soap_valid_socket(soap_accept(soap))) { soap_serve(soap); soap_destroy(soap); soap_end(soap); }
  return 0;
}
int ns__add(struct soap *, double a, double b, double &result) { result = a + b; return SOAP_OK; }
int ns__getLength(struct soap *, ns__Vector *v, double &result) { result = v ? std::sqrt(v->x * v->x + v->y * v->y) : 0; return SOAP_OK; }
int ns__divide(struct soap *soap, double a, double b, double &result) {
  if (b == 0) return soap_sender_fault(soap, "division by zero", NULL);
  result = a / b; return SOAP_OK;
}
