package wechat

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Kind is the kind of an Official Account.
type Kind string

// The kinds. They differ in mass-send quotas and in what they may call.
const (
	Subscription Kind = "subscription" // 公众号, once 订阅号
	Service      Kind = "service"      // 服务号
)

// Mode is how callbacks are wrapped, as chosen in the console.
type Mode string

// The modes.
const (
	Plain      Mode = "plain"      // 明文模式
	Compatible Mode = "compatible" // 兼容模式: both in one body
	Safe       Mode = "safe"       // 安全模式
)

// Options are how a [Platform] is set up. AppID, AppSecret, Token and, unless the mode
// is plain, EncodingAESKey must be given.
type Options struct {
	AppID, AppSecret string
	Token            string // of the callback's signature
	EncodingAESKey   string // 43 characters
	Kind             Kind   // default Subscription
	Unverified       bool   // without 认证: no publishing, mass sends or comments by API
	Name             string // default 海口网警
	Principal        string // verified principal; empty: the call that tells it is not granted
	OriginalID       string // gh_…; default derived from AppID

	CallbackURL string       // empty: server mode is off, and the console's auto-replies work
	Client      *http.Client // carries callbacks; default a plain one. Redirects are not followed
	Mode        Mode         // default Safe
	JSON        bool         // push JSON instead of XML

	Now  func() time.Time // default time.Now, which is also right inside a synctest bubble
	Seed uint64           // of ids, tokens and fault probabilities

	AllowIPs []string // addresses that may fetch a token; none: any
	CallerIP string   // what the platform takes for the caller's address; empty: the connection's
	Denied   []string // paths that answer 48001

	Deadline   time.Duration // for answering a callback; default 5 s
	Deliveries int           // of one callback in all; default 3
	RetryDelay time.Duration // between them; the platform's is not documented; default 0
	Accumulate bool          // a further message adds to the reply budget instead of renewing it

	PublishDelay   time.Duration  // from a submitted draft to its end; default 2 s
	MassDelay      time.Duration  // from a mass send to its end; default 2 s
	MassProtection bool           // an administrator must confirm mass sends within 30 minutes
	Review         []Objection    // what the content check finds
	TextIDs        bool           // publish_id as a JSON string, as the service documents type it
	DailyQuotas    map[string]int // by path, over the default ones; negative: none
	ClientMsgIDMax int            // bytes; default 64, though a UUID of 36 was once refused
	MaxTextBytes   int            // of a message; default 2048, measured and not documented
	UserPage       int            // rows of user/get; default 10000
	NoServiceDesk  bool           // the console's customer service is not switched on: there is no chat log
	ConsoleSilent  bool           // mass sends made in the console push no event
	NoArticleURLs  bool           // MASSSENDJOBFINISH comes with an empty ArticleUrlResult, as it may
	PublishAsMass  bool           // publications end with MASSSENDJOBFINISH, as one developer reports
	ListMass       bool           // the listing of published articles holds mass sends, too; whether the real one does is not documented
}

// Objection is a finding of the platform's content check.
type Objection struct {
	Contains string // in the title, author, digest or content
	Status   int    // of err(…) in MASSSENDJOBFINISH, such as 20008 for fraud
	// Publish is the publish_status: 4 for an audit refused, 3 for a failure, 2 for a
	// dispute over originality. 0 means 4.
	Publish int
	// AtOnce refuses already the submission, with 53503.
	AtOnce bool
}

// Platform is the pretend WeChat.
type Platform struct {
	opts   Options
	routes map[string]route
	page   http.Handler
	client *http.Client
	done   chan struct{}
	once   sync.Once
	tasks  sync.WaitGroup

	mu         sync.Mutex
	secret     string
	frozen     bool
	key, older []byte // AES keys
	serial     uint64
	msgID      uint64
	msgDataID  uint64
	tokens     map[string]*token
	latest     map[tokenKind]*token
	forced     []time.Time // force_refresh calls
	usage      map[string]*usage
	cleared    []time.Time
	allow      []string
	rids       map[string]string
	requests   []Request
	counts     Counts

	followers []*follower
	index     map[string]*follower // by name and by openid
	tags      []*tag
	media     map[string]*medium
	materials []*medium
	drafts    []*draft
	issues    []*issue
	publishes map[string]*publishing
	masses    map[string]*mass
	once24h   map[string]*mass
	menu      any
	selfMenu  any
	autoReply AutoReply
	templates map[string]bool
	speed     int

	pushes     []*push
	received   []*Received
	copies     map[string]int
	actions    []Action
	staff      []staffMessage
	faults     []*fault
	pushFaults []*pushFault
	struck     map[string]int
	running    int
	changed    chan struct{}
}

// Errors of New and of the methods by which people act.
var (
	ErrOptions    = errors.New("the pretend WeChat is not set up right")
	ErrNoFollower = errors.New("no such person on the pretend WeChat: add them first with AddFollower")
	ErrTaken      = errors.New("that name is taken on the pretend WeChat")
	ErrEmpty      = errors.New("there is nothing in it")
	ErrNotFound   = errors.New("no such thing on the pretend WeChat, or it is deleted")
	ErrNotOpen    = errors.New("that is not open to this person now")
)

// New makes a platform without followers. It panics on options that no console would
// accept, since they are a mistake of the program.
func New(o Options) *Platform {
	o = o.withDefaults()
	p := &Platform{
		index: map[string]*follower{}, opts: o, secret: o.AppSecret, done: make(chan struct{}), changed: make(chan struct{}), client: callbackClient(o.Client),
		tokens: map[string]*token{}, latest: map[tokenKind]*token{}, usage: map[string]*usage{}, rids: map[string]string{},
		media: map[string]*medium{}, publishes: map[string]*publishing{}, masses: map[string]*mass{}, once24h: map[string]*mass{},
		templates: map[string]bool{}, copies: map[string]int{}, struck: map[string]int{},
		msgID: 24_000_000_000_000_000 + o.Seed%1000, msgDataID: 2_247_483_650, allow: o.AllowIPs, speed: 3,
	}
	if o.Mode != Plain {
		key, err := decodeKey(o.EncodingAESKey)
		if err != nil {
			panic(fmt.Errorf("%w: EncodingAESKey: %w", ErrOptions, err))
		}
		p.key = key
	}
	if o.AppID == "" || o.AppSecret == "" || o.Token == "" {
		panic(fmt.Errorf("%w: AppID, AppSecret and Token must be given", ErrOptions))
	}
	p.routes = apiRoutes()
	p.page = p.phoneRoutes()
	return p
}

func (o Options) withDefaults() Options {
	o.Kind, o.Mode = cmp.Or(o.Kind, Subscription), cmp.Or(o.Mode, Safe)
	o.Name = cmp.Or(o.Name, "海口网警")
	if o.OriginalID == "" {
		sum := sha256.Sum256([]byte(o.AppID))
		o.OriginalID = "gh_" + hex.EncodeToString(sum[:6])
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Deadline, o.Deliveries = cmp.Or(o.Deadline, 5*time.Second), cmp.Or(o.Deliveries, 3)
	o.PublishDelay, o.MassDelay = cmp.Or(o.PublishDelay, 2*time.Second), cmp.Or(o.MassDelay, 2*time.Second)
	o.ClientMsgIDMax, o.MaxTextBytes = cmp.Or(o.ClientMsgIDMax, 64), cmp.Or(o.MaxTextBytes, 2048)
	o.UserPage = cmp.Or(o.UserPage, 10000)
	return o
}

func callbackClient(given *http.Client) *http.Client {
	c := &http.Client{}
	if given != nil {
		*c = *given
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// ServeHTTP serves the API, the phones' pages under /phone, articles under /s and their
// pictures under /mmbiz_jpg.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	if path == "/" || path == "/s" || path == "/phone" || strings.HasPrefix(path, "/phone/") || strings.HasPrefix(path, "/mmbiz_jpg/") {
		p.page.ServeHTTP(w, r)
		return
	}
	p.serveAPI(w, r)
}

// Close ends deliveries and tasks under way and waits for them. It may be called twice.
func (p *Platform) Close() {
	p.mu.Lock() // so that nothing begins while the tasks are waited for
	p.once.Do(func() { close(p.done) })
	p.mu.Unlock()
	p.tasks.Wait()
}

// Settle waits until no callback is being delivered and no task is running. A mass send
// that waits for its administrator is not waited for.
func (p *Platform) Settle(ctx context.Context) error {
	for {
		p.mu.Lock()
		running, changed := p.running, p.changed
		p.mu.Unlock()
		if running == 0 {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for %d deliveries and tasks of the pretend WeChat: %w", running, ctx.Err())
		}
	}
}

// Changed returns a channel that is closed when something has happened on the
// platform: take it, look, then wait for it.
func (p *Platform) Changed() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changed
}

func (p *Platform) touch() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// begin runs a task beside everything else; [Platform.Settle] waits for its end. The
// lock is held; run takes it itself.
func (p *Platform) begin(run func()) {
	if p.closed() {
		return
	}
	p.running++
	p.tasks.Go(func() {
		defer p.ended()
		run()
	})
}

func (p *Platform) ended() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running--
	p.touch()
}

// later runs a deed under the lock after d, unless the platform is closed before.
func (p *Platform) later(d time.Duration, deed func()) {
	p.begin(func() { p.do(d, deed) })
}

// aside is later for what may take so long that nobody waits for it.
func (p *Platform) aside(d time.Duration, deed func()) {
	if !p.closed() {
		p.tasks.Go(func() { p.do(d, deed) })
	}
}

func (p *Platform) do(d time.Duration, deed func()) {
	if !p.pause(d) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	deed()
}

// pause reports whether d passed before the platform was closed.
func (p *Platform) pause(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-p.done:
		return false
	}
}

// derive makes n characters from the seed and what is named; two calls that name the
// same get the same.
func (p *Platform) derive(n int, parts ...string) string {
	var out strings.Builder
	for i := 0; out.Len() < n; i++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %q", p.opts.Seed, i, parts))
		out.WriteString(base64.RawURLEncoding.EncodeToString(sum[:]))
	}
	return out.String()[:n]
}

// next makes an id that nobody had before.
func (p *Platform) next(n int, what string) string {
	p.serial++
	return p.derive(n, what, strconv.FormatUint(p.serial, 10))
}

// newMsgID makes a MsgId of 64 bits: growing, and greater than what a float64 keeps.
func (p *Platform) newMsgID() string {
	p.msgID += 1 + 2*(p.msgID%7)
	return strconv.FormatUint(p.msgID, 10)
}

func beijing() *time.Location { return time.FixedZone("CST", 8*60*60) }

// day is the platform's calendar day.
func day(t time.Time) string { return t.In(beijing()).Format(time.DateOnly) }

func month(t time.Time) string { return day(t)[:7] }
