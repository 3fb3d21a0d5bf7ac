package app

import (
	"context"
	"net/http"
	"strings"
	"time"

	"netpatrol/internal/config"
	"netpatrol/internal/sandbox"
	"netpatrol/internal/sandbox/forum"
	"netpatrol/internal/web/api"
)

// forumVenue is a pretend forum on which members write as people do there: the name of the
// agency stands in the middle of a sentence, where the forum itself does not see it.
type forumVenue struct {
	listener
	site   http.Handler
	board  forum.Board
	book   *forum.Ledger // what the site wrote down
	conf   config.Account
	title  string // of its page
	scenes []forumScene
}

// forumScene is what a member does: when, who, in public under a title or else in private.
type forumScene struct {
	at               time.Duration
	who, title, says string
	role             sandbox.Role
}

// seat adds everybody who plays.
func (v *forumVenue) seat(add func(name string) int) {
	for _, s := range v.scenes {
		add(s.who)
	}
}

func (v *forumVenue) account() config.Account { return v.conf }

func (v *forumVenue) serve(ctx context.Context) error { return serveOn(ctx, v, v.site) }

func (v *forumVenue) play(ctx context.Context, pace float64) error {
	began := time.Now()
	ads := map[string]string{} // by author
	for _, s := range v.scenes {
		sleep(ctx, time.Until(began.Add(time.Duration(float64(s.at)*pace))))
		if err := ctx.Err(); err != nil {
			return err
		}
		id, err := v.act(s)
		if err != nil {
			return err
		}
		if s.role == sandbox.Scammer {
			ads[s.who] = id
		}
	}
	return v.repent(ctx, began, ads)
}

func (v *forumVenue) act(s forumScene) (id string, err error) {
	if s.title == "" {
		return v.board.Tell(s.who, s.says)
	}
	return v.board.Post(s.who, s.title, s.says)
}

// repent lets those who advertised delete it, once somebody has written to them.
func (v *forumVenue) repent(ctx context.Context, began time.Time, ads map[string]string) error {
	for len(ads) > 0 && ctx.Err() == nil {
		for _, r := range v.book.Received() {
			if ad := ads[r.To]; ad != "" && r.Kind == forum.Message && r.At.After(began) {
				if err := v.board.Delete(r.To, ad); err != nil {
					return err
				}
				delete(ads, r.To)
			}
		}
		sleep(ctx, 100*time.Millisecond)
	}
	return nil
}

func (v *forumVenue) page() (title, url string) { return v.title, v.base() + "/member" }

func (v *forumVenue) role(who string) sandbox.Role {
	for _, s := range v.scenes {
		if s.who == who {
			return s.role
		}
	}
	return ""
}

func (v *forumVenue) oddities() (twice, removed int) {
	for _, a := range v.book.Actions() {
		removed += one(a.Kind == forum.Delete && v.role(a.Who).MayBeWarned())
	}
	return len(v.book.Duplicates()), removed
}

func (v *forumVenue) received() (all []delivery) {
	told := map[string]bool{}
	for _, r := range v.book.Received() {
		d := delivery{text: r.Text, public: r.Kind == forum.Topic, role: v.role(r.To)}
		if r.Kind == forum.Message {
			d.first, told[r.To] = !told[r.To], true
		}
		all = append(all, d)
	}
	return all
}

// lost looks for private messages, posts that name the agency, and posts by those who may be warned.
func (v *forumVenue) lost(events []api.Event) (n int) {
	for _, a := range v.book.Actions() {
		concerns := a.Kind == forum.Message || strings.Contains(a.Text, demoName) || v.role(a.Who).MayBeWarned()
		if concerns && a.Kind != forum.Delete && a.Kind != forum.Edit && !heardOf(events, a.ID, "|@.") {
			n++
		}
	}
	return n
}
