# Python's spyne, which writes its own WSDL (document, literal): python3 server.py; prints its port.
import decimal, sys
from wsgiref.simple_server import make_server, WSGIRequestHandler
from spyne import Application, ServiceBase, rpc, Integer, Unicode, Decimal, Boolean, DateTime, Iterable, Array, ComplexModel, ByteArray, Fault, Integer64, Date, Time, Duration, Double, Enum
from spyne.protocol.soap import Soap11
from spyne.server.wsgi import WsgiApplication

NS = 'urn:makers:spyne'

class Item(ComplexModel):
    __namespace__ = NS
    sku = Unicode(min_occurs=1)
    quantity = Integer64
    price = Decimal
    gift = Boolean

class Animal(ComplexModel):
    __namespace__ = NS
    name = Unicode(min_occurs=1, nillable=False)

class Dog(Animal):
    __namespace__ = NS
    tricks = Array(Unicode)

class Cat(Animal):
    __namespace__ = NS
    lives = Integer

class Token(ComplexModel):
    __namespace__ = NS
    user = Unicode

class Trace(ComplexModel):
    __namespace__ = NS
    hops = Integer

class SoldOut(Fault):
    __namespace__ = NS
    def __init__(self, sku):
        super().__init__('Client.SoldOut', 'sold out', detail={'sku': sku})

Color = Enum('red', 'dark green', type_name='Color')
Color.__namespace__ = NS

class Shop(ServiceBase):
    @rpc(Unicode, Integer, _returns=Iterable(Unicode))
    def say_hello(ctx, name, times):
        for i in range(times or 0):
            yield f'Hello, {name}'

    @rpc(Array(Item), DateTime, _returns=Array(Item))
    def get_discount(ctx, items, at):
        for item in items:
            if item.sku == 'gone':
                raise SoldOut(item.sku)
            item.price = item.price / decimal.Decimal(2)
        return items

    @rpc(Animal, _in_header=(Token,), _out_header=(Trace,), _returns=Animal)
    def tame(ctx, animal):
        ctx.out_header = (Trace(hops=3),)
        if isinstance(animal, Dog):
            animal.tricks = list(animal.tricks or []) + [(ctx.in_header[0] if isinstance(ctx.in_header, (list, tuple)) else ctx.in_header).user]
        return animal

    @rpc(Date, Time, Duration, Color, Double, _returns=Array(Unicode))
    def get_texts(ctx, on, at, lasting, color, number):
        return [str(on), str(at), str(lasting.total_seconds()), str(color), repr(number), None]

    @rpc(ByteArray, _returns=ByteArray)
    def get_back(ctx, content):
        return [b''.join(content)[::-1]]

class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass

application = Application([Shop], NS, in_protocol=Soap11(validator='lxml'), out_protocol=Soap11(polymorphic=True))
server = make_server('127.0.0.1', 0, WsgiApplication(application), handler_class=Quiet)
print(server.server_port, flush=True)
server.serve_forever()
