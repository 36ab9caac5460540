//gsoap ns service name: calc
//gsoap ns service style: document
//gsoap ns service encoding: literal
//gsoap ns service namespace: urn:makers:calc
//gsoap ns service location: http://127.0.0.1:9
class ns__Vector { public: double x; double y; };
int ns__add(double a, double b, double &result);
int ns__getLength(ns__Vector *v, double &result);
int ns__divide(double a, double b, double &result);
