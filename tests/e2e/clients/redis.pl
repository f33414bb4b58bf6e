# What an application in Perl does, through Debian's libredis-perl. Dies on the first surprise.
use strict;
use warnings;
use Redis;

sub check {
  my ($found, $expected, $what) = @_;
  die "$what: " . ($found // 'undef') . ", expected " . ($expected // 'undef') . "\n"
    unless (defined $found ? "d$found" : 'u') eq (defined $expected ? "d$expected" : 'u');
}

for my $door ([server => "127.0.0.1:$ARGV[0]"], [sock => $ARGV[1]]) {
  my $redis = Redis->new(@$door, name => 'perl', encoding => undef);
  check($redis->ping, 'PONG', 'ping');
  check($redis->set('pl:a' => 'one'), 'OK', 'set');
  check($redis->get('pl:a'), 'one', 'get');
  check($redis->get('pl:none'), undef, 'get of nothing');
  my $binary = join '', map { chr } 0 .. 255;
  $redis->set("pl:$binary" => $binary x 800);
  check($redis->get("pl:$binary"), $binary x 800, 'binary key and a value of 200 KB');
  check($redis->mset('pl:b' => 2, 'pl:c' => 3), 'OK', 'mset');
  my @values = $redis->mget('pl:b', 'pl:c');
  check("@values", '2 3', 'mget');
  $redis->setex('pl:d', 100, 'x');
  my $left = $redis->ttl('pl:d');
  die "ttl: $left\n" unless $left > 95 && $left <= 100;
  my $sum = 0;
  $redis->set("pl:p:$_" => $_, sub { ++$sum }) for 1 .. 1000;
  $redis->wait_all_responses;
  check($sum, 1000, 'pipelined replies');
  $redis->multi;
  $redis->set('pl:t', 1);
  $redis->get('pl:t');
  my @done = $redis->exec;
  check("@done", 'OK 1', 'transaction');
  check($redis->del('pl:a', 'pl:b', 'pl:none'), 2, 'del');
  eval { $redis->incr('pl:n') };
  die "incr: $@\n" unless $@ =~ /refused: concurrent increments/;
  $redis->quit;
}
