# Perl's SOAP::Lite over what math.wsdl says (rpc, encoded): perl server.pl; prints its port.
use strict; use warnings; use utf8;
use SOAP::Transport::HTTP;
package Math;
sub add { my ($class, $a, $b) = @_; return $a + $b; }
sub sum { my ($class, $numbers) = @_; my $sum = 0; $sum += $_ for @$numbers; return $sum; }
sub mirror { my ($class, $points) = @_; return [map { SOAP::Data->name('item')->value(\SOAP::Data->value(SOAP::Data->name(x => -$_->{x}), SOAP::Data->name(y => -$_->{y}))) } @$points]; }
sub greet { my ($class, $name) = @_; die SOAP::Fault->faultcode('Client.Name')->faultstring('nobody to greet') if $name eq ''; return SOAP::Data->type(string => "Grüß Gott, $name"); }
sub transpose { my ($class, $rows) = @_; my @out; for my $row (@$rows) { push @{$out[$_]}, $row->[$_] for 0 .. $#$row; } return \@out; }
sub echo { my ($class, $person) = @_; return SOAP::Data->type('Person')->value($person); }
sub fail { my ($class, $code) = @_; die SOAP::Fault->faultcode('Server.Broken')->faultstring('it failed')->faultdetail(SOAP::Data->name('failure')->value(\SOAP::Data->value(SOAP::Data->name(code => $code), SOAP::Data->name(reason => 'because')))); }
package main;
my $daemon = SOAP::Transport::HTTP::Daemon->new(LocalAddr => '127.0.0.1', LocalPort => 0)->dispatch_with({'urn:makers:math' => 'Math'});
$| = 1;
print $daemon->sockport, "\n";
$daemon->handle;
