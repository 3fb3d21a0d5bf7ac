package engine_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"
	"sync"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/bots/intake"
	"netpatrol/internal/engine"
	"netpatrol/internal/record"
	"netpatrol/internal/store/boltstore"
)

func Example() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	dir, _ := os.MkdirTemp("", "station-")
	defer os.RemoveAll(dir)
	store, e, decided := station(ctx, dir) // a real store, the intake, one account that is new
	defer store.Close()

	heard := adapters.Inbound{
		Key: "1001", Kind: adapters.KindMessage, Ref: "1001", From: adapters.Person{ID: "wang"},
		Text: "你好，我想举报一个刷单的网站",
	}
	for range 2 { // by webhook, and again by poll
		if err := e.Receive(ctx, "city", []adapters.Inbound{heard}); err != nil {
			log.Fatal(err) // not durable: it must not be acknowledged
		}
	}
	events, _ := store.List(ctx, record.Query{Kind: bots.KindEvent})
	fmt.Println(len(events), "event")

	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	<-decided
	event, _ := record.Fetch[bots.Event](ctx, store, events[0].Meta().ID)
	fmt.Println(event.State)
	for _, made := range event.Result.Made {
		r, _ := store.Get(ctx, made.Kind, made.ID)
		fmt.Println(made.Kind, r.Meta().State)
	}
	deeds, _ := store.AuditAfter(ctx, 0, 10)
	for _, d := range deeds {
		fmt.Println(d.Who, d.Did)
	}

	stop()
	<-ended
	// Output:
	// 1 event
	// decided
	// report open
	// draft observed
	// bot:intake open-report
	// bot:intake draft
}

// station is a desk with one new account. decided closes when the first event is decided.
func station(ctx context.Context, dir string) (*boltstore.Store, *engine.Engine, <-chan struct{}) {
	store, err := boltstore.Open(boltstore.Options{Dir: dir, Create: true})
	if err != nil {
		log.Fatal(err)
	}
	decided := make(chan struct{})
	once := sync.OnceFunc(func() { close(decided) })
	e, err := engine.New(ctx, engine.Options{
		Store: store, Bots: []bots.Bot{intake.New()}, Writer: plain{}, Tags: store.Vault(), Sieve: wide{},
		Accounts: []*engine.Account{{
			Record: bots.Account{Head: bots.Head{ID: "city"}, Unit: "某市网警", Language: "zh-Hans"},
			Open:   func() adapters.Account { return nil }, Poll: time.Hour,
		}},
		Pace: engine.Pace{DraftLife: time.Hour, Identity: time.Hour, Bot: time.Second, Retry: time.Second},
		Log:  slog.New(slog.DiscardHandler),
		Step: func(name string) {
			if name == engine.StepCommitted {
				once()
			}
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	return store, e, decided
}

// plain stands for the templates.
type plain struct{}

func (plain) Render(lang, name string, vars map[string]string) (engine.Text, error) {
	return engine.Text{Text: name + " " + vars["Unit"] + " " + vars["Code"], Language: lang, Rev: 1}, nil
}
func (plain) Describe(string) (engine.Template, bool) { return engine.Template{}, false }
func (plain) Lint(string) error                       { return nil }

// wide is a sieve that catches nothing.
type wide struct{}

func (wide) Sift(string) []bots.Hit      { return nil }
func (wide) Keys(string) []string        { return nil }
func (wide) Same(_, _ string) bool       { return false }
func (wide) Repeats(_, known string) int { return 0 }
func (wide) Copies(_, _ string) bool     { return false }
func (wide) Claims([]string) func(string) (int, int) {
	return func(string) (int, int) { return -1, 0 }
}
