package bench

import (
	"bytes"
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/officialaccount"
	"github.com/silenceper/wechat/v2/officialaccount/config"
	"github.com/silenceper/wechat/v2/officialaccount/message"
	"github.com/silenceper/wechat/v2/util"

	"netpatrol/adapters"
	"netpatrol/adapters/wechat"
	"netpatrol/bots"
	"netpatrol/internal/engine"
	"netpatrol/internal/store/boltstore"
	"netpatrol/internal/web/frontdoor"
)

var only = flag.String("only", "", "the one server of G6 that is measured, for a profile of it")

// connections is how many callbacks are under way at once.
const connections = 256

// The account whose callbacks are measured.
const (
	benchApp   = "wx0123456789abcdef"
	benchToken = "token-of-the-benchmark"
	benchKey   = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	benchPath  = "/callback/wx"
)

// BenchmarkG6 is the callback of WeChat's safe mode, 256 connections at once. Goals: at least
// 0.55 x the same handler without a store, 0.45 x bare net/http, 1.8 x the SDK's server with a
// memory of message ids, at half its CPU for each request; p99 at most 25 ms. The callers are a
// process of their own, so that what is called the server's CPU is the server's.
func BenchmarkG6(b *testing.B) {
	kept := newKept(b)
	servers := []*server{serve(b, "netpatrol", door(b, kept)), serve(b, "no-store", door(b, deaf{})), serve(b, "bare", http.HandlerFunc(bare)), serve(b, "sdk", newSDK())}
	if *only != "" { // for a profile
		servers = slices.DeleteFunc(servers, func(s *server) bool { return s.name != *only })
	}
	for b.Loop() {
		speed, cpu, tails := make([][]float64, len(servers)), make([][]float64, len(servers)), make([][]float64, len(servers))
		bytes, pieces := make([][]float64, len(servers)), make([][]float64, len(servers))
		for round := range *rounds + 1 { // the first one warms up
			for i, s := range servers {
				kept.forget(b)
				n := s.measure(b)
				if round > 0 {
					bytes[i], pieces[i] = append(bytes[i], n.bytes), append(pieces[i], n.pieces)
					speed[i], cpu[i], tails[i] = append(speed[i], n.perSecond), append(cpu[i], n.cpu), append(tails[i], n.p99)
				}
			}
		}
		all := make([]candidate, len(servers))
		for i, s := range servers {
			all[i].name = s.name
			b.ReportMetric(median(cpu[i]), s.name+"-us-cpu/req")
			b.Logf("%-10s p99 %5.1f ms; a request: %5.1f us of CPU, %5.0f bytes in %3.0f pieces", s.name, median(tails[i]), median(cpu[i]), median(bytes[i]), median(pieces[i]))
		}
		report(b, all, speed)
		b.ReportMetric(median(tails[0]), servers[0].name+"-p99-ms")
		b.ReportMetric(ratio(cpu[0], cpu[len(cpu)-1]), "cpu-x-"+servers[len(cpu)-1].name)
	}
}

// server is one candidate, listening.
type server struct {
	name string
	addr string
	next int // callbacks made for it so far: each has a number of its own
}

func serve(b *testing.B, name string, h http.Handler) *server {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	srv := &http.Server{Handler: h}
	go func() { _ = srv.Serve(l) }()
	b.Cleanup(func() { must(srv.Close()) })
	return &server{name: name, addr: l.Addr().String()}
}

// measured is one turn: callbacks a second, microseconds of CPU for each, milliseconds that
// ninety-nine of a hundred took at most, and what was allocated for each.
type measured struct{ perSecond, cpu, p99, bytes, pieces float64 }

func (s *server) measure(b *testing.B) measured {
	c := exec.CommandContext(b.Context(), os.Args[0])
	c.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d %d", callerEnv, s.addr, s.next, turn.Nanoseconds()))
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	must(err)
	out, err := c.StdoutPipe()
	must(err)
	must(c.Start())
	_, err = out.Read(make([]byte, 1)) // it has made its callbacks and is connected
	must(err)
	spent := watch()
	must(in.Close())
	said, err := io.ReadAll(out)
	must(err)
	server := spent()
	must(c.Wait())
	var n int
	var m measured
	_, err = fmt.Sscan(string(said), &n, &m.perSecond, &m.p99)
	must(err)
	s.next += int(turn.Seconds()*mostPerSecond) + 1
	m.cpu, m.bytes, m.pieces = us(server.cpu)/float64(n), server.bytes/float64(n), server.pieces/float64(n)
	return m
}

// door is the front door with a receiver for the account.
func door(b *testing.B, in frontdoor.Inbox) http.Handler {
	a, err := wechat.Open(b.Context(), adapters.Config{
		ID: "wx", Options: map[string]string{"appid": benchApp, "kind": "service"},
		Secrets: map[string]adapters.Secret{"appsecret": "not used here", "token": benchToken, "aes_key": benchKey},
	}, adapters.Host{Read: http.DefaultClient, Write: http.DefaultClient})
	must(err)
	receiver := a.Caps().Webhook
	return frontdoor.New(frontdoor.Options{Inbox: in, Receiver: func(string) adapters.Receiver { return receiver }, Log: slog.New(slog.DiscardHandler)})
}

// deaf accepts everything and keeps nothing.
type deaf struct{}

func (deaf) Receive(context.Context, string, []adapters.Inbound) error { return nil }

// kept is the engine's inbox over the store: each message de-duplicated and on disk before it is
// acknowledged. It does not decide here, which happens after the answer.
type kept struct {
	store  *boltstore.Store
	engine *engine.Engine
}

func newKept(b *testing.B) *kept {
	store, err := boltstore.Open(boltstore.Options{Dir: b.TempDir(), Create: true})
	must(err)
	b.Cleanup(func() { must(store.Close()) })
	return &kept{store: store}
}

// forget lets go of the messages that wait for their decision, so that they do not pile up in
// memory as they never do in service. Nothing is received meanwhile.
func (k *kept) forget(b *testing.B) {
	var err error
	k.engine, err = engine.New(b.Context(), engine.Options{
		Store: k.store, Writer: plain{}, Tags: k.store.Vault(), Sieve: blind{}, Log: slog.New(slog.DiscardHandler),
		Accounts: []*engine.Account{{Record: bots.Account{Head: bots.Head{ID: "wx"}}, Open: func() adapters.Account { return nil }}},
	})
	must(err)
	runtime.GC()
}

func (k *kept) Receive(ctx context.Context, account string, items []adapters.Inbound) error {
	return k.engine.Receive(ctx, account, items)
}

// bare reads the body and answers.
func bare(w http.ResponseWriter, r *http.Request) {
	_, err := io.Copy(io.Discard, r.Body)
	must(err)
	_, _ = io.WriteString(w, "success")
}

// sdk answers with the SDK's own server, and remembers message ids in memory.
type sdk struct {
	account *officialaccount.OfficialAccount
	mu      sync.Mutex
	seen    map[int64]bool
}

func newSDK() *sdk {
	return &sdk{seen: map[int64]bool{}, account: officialaccount.NewOfficialAccount(&config.Config{
		AppID: benchApp, AppSecret: "not used here", Token: benchToken, EncodingAESKey: benchKey, Cache: cache.NewMemory(),
	})}
}

func (s *sdk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	srv := s.account.GetServer(r, w)
	srv.SetMessageHandler(func(m *message.MixMessage) *message.Reply {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.seen[m.MsgID] = true
		return nil
	})
	must(srv.Serve())
	_, _ = io.WriteString(w, "success")
}

// callerEnv makes the test's binary the process that calls.
const callerEnv = "NETPATROL_BENCH_CALLER"

// mostPerSecond bounds the callbacks made beforehand for one turn.
const mostPerSecond = 60_000

// obey is what that process does with the order in its environment.
func obey(order string) {
	var addr string
	var from int
	var length int64
	_, err := fmt.Sscan(order, &addr, &from, &length)
	must(err)
	call(addr, from, time.Duration(length))
}

// push is one callback as it goes over the wire: a text of a citizen, with its own MsgId.
func push(key []byte, n int, at time.Time) []byte {
	stamp, nonce := strconv.FormatInt(at.Unix(), 10), strconv.Itoa(100_000+n%900_000)
	doc := fmt.Sprintf("<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><FromUserName><![CDATA[oCitizen%020d]]></FromUserName><CreateTime>%d</CreateTime>"+
		"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[我要举报一个冒充客服的网站，对方让我下载会议软件共享屏幕，还要我把钱转到安全账户]]></Content><MsgId>%d</MsgId></xml>",
		n%connections, at.Unix(), 24_000_000_000_000_000+n)
	sealed := base64.StdEncoding.EncodeToString(util.AESEncryptMsg([]byte("0123456789abcdef"), []byte(doc), benchApp, key))
	body := "<xml>\n    <ToUserName><![CDATA[gh_0123456789ab]]></ToUserName>\n    <Encrypt><![CDATA[" + sealed + "]]></Encrypt>\n</xml>\n"
	return fmt.Appendf(nil, "POST %s?signature=%s&timestamp=%s&nonce=%s&openid=oCitizen%020d&encrypt_type=aes&msg_signature=%s HTTP/1.1\r\n"+
		"User-Agent: Mozilla/4.0\r\nAccept: */*\r\nHost: station.example\r\nPragma: no-cache\r\nContent-Length: %d\r\nContent-Type: text/xml\r\n\r\n%s",
		benchPath, util.Signature(benchToken, stamp, nonce), stamp, nonce, n%connections, util.Signature(benchToken, stamp, nonce, sealed), len(body), body)
}

// call makes the callbacks, connects, waits for the word to begin, and calls until the time is
// up. It prints how many were answered, how many a second, and the p99 in milliseconds.
func call(addr string, from int, length time.Duration) {
	key, err := base64.StdEncoding.DecodeString(benchKey + "=")
	must(err)
	var ready [][]byte
	at := time.Now()
	for n := range int(length.Seconds() * mostPerSecond) {
		ready = append(ready, push(key, from+n, at))
	}
	lines := make([]*caller, connections)
	for i := range lines {
		lines[i] = dial(addr)
	}
	fmt.Print(".")
	_, err = io.ReadAll(os.Stdin)
	must(err)
	begin := time.Now()
	var wg sync.WaitGroup
	for i, c := range lines {
		wg.Go(func() {
			for n := i; n < len(ready) && time.Since(begin) < length; n += connections {
				c.call(ready[n])
			}
		})
	}
	wg.Wait()
	took := time.Since(begin)
	var all []float64
	for _, c := range lines {
		all = append(all, c.took...)
	}
	fmt.Println(len(all), float64(len(all))/took.Seconds(), quantile(all, 0.99))
}

func quantile(x []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(x))
	return sorted[int(q*float64(len(sorted)-1))]
}

// caller is one connection kept open.
type caller struct {
	conn net.Conn
	buf  []byte
	took []float64 // milliseconds
}

func dial(addr string) *caller {
	c, err := net.Dial("tcp", addr)
	must(err)
	return &caller{conn: c, buf: make([]byte, 4096)}
}

// call writes one request and reads its answer, which fits the buffer.
func (c *caller) call(request []byte) {
	began := time.Now()
	_, err := c.conn.Write(request)
	must(err)
	n := 0
	for !complete(c.buf[:n]) {
		m, err := c.conn.Read(c.buf[n:])
		must(err)
		n += m
	}
	if !bytes.HasPrefix(c.buf[:n], []byte("HTTP/1.1 200 ")) {
		panic(string(c.buf[:n]))
	}
	c.took = append(c.took, float64(time.Since(began).Microseconds())/1000)
}

// complete says whether an answer is there with its body, "success".
func complete(b []byte) bool {
	head := bytes.Index(b, []byte("\r\n\r\n"))
	if head < 0 {
		return false
	}
	at := bytes.Index(b, []byte("Content-Length: "))
	if at < 0 {
		panic(string(b))
	}
	length, _, _ := bytes.Cut(b[at+len("Content-Length: "):], []byte("\r"))
	n, err := strconv.Atoi(string(length))
	must(err)
	return len(b) >= head+4+n
}
