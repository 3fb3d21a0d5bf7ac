package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"netpatrol/adapters"
	"netpatrol/internal/config"
)

// DemoOptions say how the demo is played.
type DemoOptions struct {
	Dir       string // state; empty: a fresh temporary directory, removed at the end
	Once      bool   // one scripted shift without a browser, then the summary
	JSON      bool   // the summary as JSON
	Out       io.Writer
	Log       *slog.Logger
	Platforms map[string]adapters.Platform
}

// shift bounds a scripted shift; it usually ends well before.
const shift = 38 * time.Second

// Demo runs a pretend platform of every kind, pretend citizens and a whole netpatrol in one process,
// on loopback. Once plays one shift and returns an error unless what the platform received is
// what was decided.
func Demo(ctx context.Context, o DemoOptions) error {
	dir, remove, err := demoDir(o.Dir)
	if err != nil {
		return err
	}
	defer remove()
	d := &demo{o: o, dir: dir}
	if err := d.build(ctx); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	g, gctx := errgroup.WithContext(ctx)
	for _, v := range d.venues {
		g.Go(func() error { return v.serve(gctx) })
	}
	g.Go(func() error { return d.duty.serve(gctx) })
	g.Go(func() error { return d.system.serve(gctx) })
	g.Go(func() error { return d.app.Run(gctx) })
	g.Go(func() error {
		defer stop()
		return d.play(gctx)
	})
	err = g.Wait()
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return errors.Join(err, d.app.Close())
}

// ErrDemoUsed: the directory holds something already. Records of an earlier demo are about pretend platforms
// that ended with it.
var ErrDemoUsed = errors.New("the demo begins in an empty directory")

func demoDir(dir string) (string, func(), error) {
	if dir != "" {
		there, err := os.ReadDir(dir)
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		if len(there) > 0 {
			err = fmt.Errorf("%s is not empty: %w", dir, ErrDemoUsed)
		}
		return dir, func() {}, err
	}
	dir, err := os.MkdirTemp("", "netpatrol-demo-")
	return dir, func() { _ = os.RemoveAll(dir) }, err
}

// demo is one performance.
type demo struct {
	o             DemoOptions
	dir           string
	venues        []venue
	system        *unitSystem // of another unit, which takes packages
	duty          *dutyGroup  // where the officers on duty are told who waits
	console, door string      // host:port
	app           *App
	crew          *crew
}

func (d *demo) build(ctx context.Context) (err error) {
	if d.console, err = freeLoopback(); err != nil {
		return err
	}
	if d.door, err = freeLoopback(); err != nil {
		return err
	}
	if d.venues, err = newVenues(d.door); err != nil {
		return err
	}
	if d.system, err = newUnitSystem(d.door); err != nil {
		return err
	}
	if d.duty, err = newDutyGroup(); err != nil {
		return err
	}
	if err := Init(d.dir); err != nil {
		return err
	}
	d.app, err = New(ctx, Options{Config: d.config(), Platforms: d.o.Platforms, Log: d.o.Log})
	return err
}

func newVenues(door string) ([]venue, error) {
	blog, err := newBlogVenue()
	if err != nil {
		return nil, err
	}
	sends, err := newWechatVenue("weixin", "api", door)
	if err != nil {
		return nil, err
	}
	drafts, err := newWechatVenue("weixin-fenju", "draft-only", door)
	if err != nil {
		return nil, err
	}
	board, err := newManualVenue()
	if err != nil {
		return nil, err
	}
	fed, err := newFeedVenue()
	if err != nil {
		return nil, err
	}
	partner, err := newBridgeVenue(door)
	if err != nil {
		return nil, err
	}
	wb, err := newWeiboVenue(door)
	if err != nil {
		return nil, err
	}
	nodebb, err := newNodeBBVenue()
	if err != nil {
		return nil, err
	}
	discourse, err := newDiscourseVenue(door)
	if err != nil {
		return nil, err
	}
	discuz, err := newDiscuzVenue()
	return []venue{blog, sends, drafts, board, fed, partner, wb, nodebb, discourse, discuz, newKioskVenue(door)}, err
}

// freeLoopback finds a port nobody listens on.
func freeLoopback() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// config is a small city's desk, with intervals shortened.
func (d *demo) config() *config.Config {
	c := config.Default()
	c.State, c.Unit.Name, c.Unit.Region = d.dir, "椰城市公安局网络警察支队", "460100"
	c.Console.Listen, c.Frontdoor.Listen = d.console, d.door
	c.Officers = []config.Officer{
		{ID: "wu", Name: "吴编辑", Roles: []string{"editor", "approver"}},
		{ID: "lin", Name: "林审核", Roles: []string{"approver", "officer"}},
		{ID: "chen", Name: "陈警官", Roles: []string{"officer", "editor", "auditor"}},
		{ID: demoVolunteer, Name: "周志愿者", Roles: []string{"volunteer"}},
	}
	c.Units = demoUnits()
	for _, v := range d.venues {
		c.Accounts = append(c.Accounts, v.account())
	}
	c.Accounts = append(c.Accounts, d.duty.account(), d.system.account())
	c.Duty = d.duty.duty(d.o.Once)
	c.Schedules = []config.Schedule{{Name: "警情通报", Cron: "* * * * *", Zone: "Asia/Shanghai", CatchUp: "latest", Window: time.Minute, Title: "每分钟一条（演示）"}}
	c.Pace.FollowUp, c.Pace.Settle, c.Pace.Backoff, c.Pace.Seal = 20*time.Second, time.Second, 500*time.Millisecond, 500*time.Millisecond
	if d.o.Once {
		c.Schedules[0].Cron = "@every 5s"
		c.Pace.FollowUp, c.Pace.Settle, c.Pace.Backoff, c.Pace.Seal = 1500*time.Millisecond, 300*time.Millisecond, 200*time.Millisecond, 200*time.Millisecond
	}
	return c
}

// play seats the officers, lets the citizens act, and ends with the shift or with ctx.
func (d *demo) play(ctx context.Context) error {
	crew, err := newCrew(ctx, d.app, "http://"+d.console)
	if err != nil {
		return err
	}
	d.crew = crew
	for _, v := range d.venues {
		if err := crew.open(ctx, v.account().ID); err != nil {
			return err
		}
	}
	if err := errors.Join(crew.open(ctx, systemAccount), crew.approveAnswers(ctx), crew.plan(ctx)); err != nil {
		return err
	}
	for _, v := range d.venues {
		if a := v.account(); len(a.Menu) > 0 {
			if err := crew.setMenu(ctx, a.ID); err != nil {
				return err
			}
		}
	}
	if d.o.Once {
		return d.playOnce(ctx)
	}
	return d.playOn(ctx)
}

// playOnce plays one shift and judges it.
func (d *demo) playOnce(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, shift)
	defer cancel()
	g, gctx := errgroup.WithContext(ctx)
	for _, v := range d.venues {
		g.Go(func() error { return ended(v.play(gctx, 1)) })
		if w, ok := v.(worked); ok {
			g.Go(func() error { return ended(w.work(gctx, d.crew)) })
		}
	}
	g.Go(func() error { return ended(d.crew.work(gctx)) })
	g.Go(func() error { return ended(d.sendTip(gctx)) })
	g.Go(func() error { return ended(d.handOver(gctx, d.venues[0].account().ID)) })
	sum, err := d.untilComplete(gctx)
	cancel()
	if err := errors.Join(err, g.Wait()); err != nil {
		return err
	}
	if err := d.print(sum); err != nil {
		return err
	}
	return sum.judge()
}

// ended forgives a part that was stopped because the shift was over.
func ended(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}

// settled is how many looks in a row must find the shift complete and quiet: a second copy
// of a message would show within them.
const settled = 8

// untilComplete waits until everything the shift is about has happened and nothing more
// does, or time is up.
func (d *demo) untilComplete(ctx context.Context) (*summary, error) {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for calm := 0; ; {
		last := context.WithoutCancel(ctx)
		sum, err := d.summarise(last)
		if err != nil {
			return nil, err
		}
		if calm++; sum.judge() != nil || !d.quiet(last) {
			calm = 0
		}
		if calm == settled {
			return sum, nil
		}
		select {
		case <-ctx.Done():
			return sum, nil
		case <-tick.C:
		}
	}
}

func (d *demo) print(sum *summary) error {
	if d.o.JSON {
		enc := json.NewEncoder(d.o.Out)
		enc.SetIndent("", "  ")
		return enc.Encode(sum)
	}
	return sum.table(d.o.Out)
}

// reading is how long a person has at least before a bulletin's slot.
const reading = 90 * time.Second

// playOn leaves the decisions to whoever has opened the console.
func (d *demo) playOn(ctx context.Context) error {
	if err := d.welcome(ctx); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, v := range d.venues {
		g.Go(func() error {
			for ctx.Err() == nil {
				if err := ended(v.play(ctx, 4)); err != nil {
					return err
				}
				sleep(ctx, 2*time.Minute)
			}
			return nil
		})
	}
	g.Go(func() error {
		for ctx.Err() == nil {
			if err := ended(d.crew.writeBulletin(ctx, reading, d.venues[0].account().ID)); err != nil {
				d.o.Log.WarnContext(ctx, "bulletin", "err", err)
			}
			sleep(ctx, time.Minute)
		}
		return nil
	})
	return g.Wait()
}

func sleep(ctx context.Context, t time.Duration) {
	timer := time.NewTimer(t)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

func (d *demo) welcome(ctx context.Context) error {
	fmt.Fprintf(d.o.Out, "netpatrol demo: a pretend platform of every kind, pretend citizens, a real desk. Ctrl-C ends it.\n\n")
	for _, o := range []struct{ id, as string }{{"chen", "陈警官 (duty officer, writes)"}, {"lin", "林审核 (approver, second person)"}} {
		code, err := d.app.SignInCode(ctx, o.id)
		if err != nil {
			return err
		}
		fmt.Fprintf(d.o.Out, "  desk as %-32s http://%s/sign-in?code=%s\n", o.as, d.console, code)
	}
	for _, v := range d.venues {
		title, url := v.page()
		fmt.Fprintf(d.o.Out, "  play %-35s %s\n", title, url)
	}
	fmt.Fprintf(d.o.Out, "  read %-35s %s\n", "the officers' group", d.duty.base())
	_, err := fmt.Fprintf(d.o.Out, "\nEach sign-in link works once. A bulletin waits for approval every minute; reports, mentions and a rumour arrive by themselves.\n")
	return err
}
