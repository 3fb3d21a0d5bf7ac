package house

// House is a table of rules.
type House struct {
	Rooms []Room // the first that holds a package applies
	Pure  []Pure
	// Databases are import paths that only Stores may have.
	Databases, Stores []string
	// Senders are the only trees that may call a sending method, besides test kits.
	Senders []string
	Sending []Sending
	// Ports is the greatest number of methods of an interface, but for Wide ones.
	Ports int
	Wide  map[string]string // "internal/record.Store" and the reason
	// Changing are package variables that may change, and the reason.
	Changing map[string]string
}

// Room is a tree of packages and what of the module it may import. Every room may
// import within itself only what it lists.
type Room struct {
	Trees []string
	May   []string
	Why   string
}

// Pure is a tree that must not touch the world.
type Pure struct {
	Trees   []string
	Imports []string // not even these packages
	Calls   []string // nor these functions
	Go      bool     // nor a go statement
	Why     string
}

// Sending is a method of an interface of the seam that changes a platform.
type Sending struct{ Interface, Method string }

// clock are the functions that read or wait for the real time.
func clock() []string {
	return append(waits(), "time.Now", "time.Since", "time.Until")
}

func waits() []string {
	return []string{"time.Sleep", "time.After", "time.AfterFunc", "time.NewTimer", "time.NewTicker", "time.Tick"}
}

// Netpatrol is the table of the design, section 2.
func Netpatrol() House {
	return House{
		Rooms:     rooms(),
		Pure:      pure(),
		Databases: []string{"go.etcd.io/bbolt", "github.com/jackc/pgx", "database/sql"},
		Stores:    []string{"internal/store"},
		Senders:   []string{"internal/outbox", "adapters"},
		Sending: []Sending{
			{"Publisher", "Publish"}, {"Messenger", "Send"}, {"Commenter", "Comment"}, {"Retractor", "Withdraw"},
			{"Menuer", "SetMenu"}, {"Noticer", "Notify"}, {"Courier", "HandOver"}, {"Flagger", "Flag"},
		},
		Ports: 7,
		Wide: map[string]string{
			"internal/record.Store": "what a store implements; whoever uses it declares a port with the part it needs",
		},
		Changing: map[string]string{
			"github.com/silenceper/wechat/v2/util.DefaultHTTPClient": "the WeChat SDK knows one HTTP client for the process; the adapter sets it once, to one that finds the account's own",
		},
	}
}

func rooms() []Room {
	const alone = "it stands alone, so that anybody may use it"
	return []Room{
		{Trees: []string{"adapters/adaptertest"}, May: []string{"adapters"}, Why: "the conformance suite knows only the seam"},
		{Trees: []string{"adapters/internal"}, May: []string{"adapters"}, Why: "what adapters of one kind share knows only the seam"},
		{Trees: []string{"adapters/*"}, May: []string{"adapters", "adapters/internal/*"}, Why: "an adapter never knows bots, the store or another adapter"},
		{Trees: []string{"adapters"}, Why: "the seam imports nothing"},
		{Trees: []string{"bots/match"}, May: []string{"bots/match"}, Why: alone},
		{Trees: []string{"bots/bottest"}, May: []string{"bots", "bots/match", "adapters"}, Why: "a kit for bot authors knows the vocabulary only"},
		{Trees: []string{"bots/*"}, May: []string{"bots", "bots/match", "adapters", "templates"}, Why: "a bot decides: it cannot reach the store, the engine or a sender"},
		{Trees: []string{"bots"}, May: []string{"adapters"}, Why: "the vocabulary uses the seam's values only"},
		{Trees: []string{"scheduler"}, May: []string{"scheduler"}, Why: alone},
		{Trees: []string{"templates"}, May: []string{"templates", "templates/*"}, Why: alone},
		{Trees: []string{"internal/record"}, May: []string{"bots", "adapters"}, Why: "transitions are plain functions over values"},
		{Trees: []string{"internal/store"}, May: []string{"bots", "adapters", "internal/record", "internal/vault", "internal/store/*"}, Why: "persistence knows records, not what is done with them"},
		{Trees: []string{"internal/vault"}, Why: alone},
		{Trees: []string{"internal/stack"}, Why: alone},
		{Trees: []string{"internal/proof"}, Why: alone},
		{Trees: []string{"internal/clamd"}, Why: alone},
		{Trees: []string{"internal/blob"}, May: []string{"internal/vault"}, Why: "evidence bytes are only encrypted and kept"},
		{Trees: []string{"internal/audit"}, May: []string{"bots", "internal/record"}, Why: "the chain knows entries only"},
		{Trees: []string{"internal/handoff"}, May: []string{"bots", "bots/match", "internal/record"}, Why: "a package follows from its record: it reads no store and sends nothing"},
		{Trees: []string{"internal/engine"}, May: []string{"bots", "adapters", "scheduler", "internal/record", "internal/stack"}, Why: "the engine decides; it knows stores, senders and texts by ports"},
		{Trees: []string{"internal/outbox"}, May: []string{"bots", "adapters", "internal/record", "internal/stack"}, Why: "the outbox knows stores and platforms by ports"},
		{Trees: []string{"internal/web/signin"}, May: []string{"bots", "internal/record"}, Why: "sign-in knows officers and sessions only"},
		{Trees: []string{"internal/web/webtest"}, May: []string{"adapters", "bots", "bots/*", "scheduler", "templates", "internal"}, Why: "the pages' test kit runs the real desk"},
		{Trees: []string{"internal/web/frontdoor"}, May: []string{"bots", "adapters"}, Why: "what the public reaches cannot even name an approval"},
		{Trees: []string{"internal/web"}, May: []string{"bots", "adapters", "internal/record", "internal/web/*"}, Why: "pages decide nothing: they submit"},
		{Trees: []string{"internal/sandbox"}, May: []string{"internal/sandbox", "internal/sandbox/*"}, Why: "a pretend platform shares no code with what it tests"},
		{Trees: []string{"internal/config"}, May: []string{"adapters"}, Why: "configuration knows manifests only"},
		{Trees: []string{"internal/house"}, Why: "the rules depend on nothing they judge"},
		{Trees: []string{"internal/app"}, May: []string{"adapters", "adapters/*", "bots", "bots/*", "scheduler", "templates", "internal"}, Why: "wiring is below the commands"},
		{Trees: []string{"cmd/netpatrol"}, May: []string{"cmd"}, Why: "the binary is one call"},
		{Trees: []string{"cmd"}, May: []string{"adapters", "adapters/*", "bots", "scheduler", "templates", "internal/config", "internal/app", "internal/proof", "internal/web/api", "internal/web/view"}, Why: "commands talk to the daemon through its API, and never open the store past app"},
		{Trees: []string{"docs"}, May: []string{"adapters", "adapters/*", "bots", "bots/*", "scheduler", "templates", "internal", "cmd"}, Why: "the tour shows everything"},
	}
}

func pure() []Pure {
	world := []string{
		"net", "net/http", "os", "os/exec", "os/signal", "syscall", "math/rand", "math/rand/v2", "crypto/rand",
		"log", "log/slog", "database/sql", "plugin", "unsafe",
	}
	dice := []string{"math/rand", "math/rand/v2", "crypto/rand"}
	return []Pure{
		{
			Trees: []string{"bots"}, Imports: world, Calls: clock(), Go: true,
			Why: "a bot has no clock, network, disk, dice or goroutine: same event, same facts, same effects",
		},
		{
			Trees: []string{"scheduler"}, Imports: append([]string{"net/http", "os"}, dice...), Calls: clock(), Go: true,
			Why: "slots follow from the spec and the moments given, so that a restart computes the same ones",
		},
		{
			Trees: []string{"templates"}, Imports: append([]string{"net/http"}, dice...), Calls: clock(), Go: true,
			Why: "what is approved must be what is rendered again: texts follow from their variables only",
		},
		{
			Trees: []string{"internal/record"}, Imports: world, Calls: clock(), Go: true,
			Why: "a transition is a plain function over values and the moment given",
		},
		{
			Trees: []string{"adapters/*"}, Imports: []string{"os", "os/exec", "database/sql"}, Calls: waits(), Go: true,
			Why: "an adapter owns no goroutine, file or timer: the outbox waits and repeats",
		},
	}
}
