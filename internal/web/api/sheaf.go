package api

import (
	"cmp"
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"sync"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/web/view"
)

// Together is a bulletin's drafts for all its accounts, or what takes it back from them, as one officer sees them: every
// different exact text once.
type Together struct {
	Bulletin Bulletin     `json:"bulletin"`
	Taking   bool         `json:"taking,omitempty"` // it is to be taken back
	Letters  []OneText    `json:"letters"`
	Settled  []SealedCopy `json:"settled"` // that await no decision
}

// OneText is a text that accounts get: its pieces, with what is each account's own in their places.
type OneText struct {
	Title     string       `json:"title,omitempty"`
	Pieces    []view.Piece `json:"pieces"`
	Reason    string       `json:"reason,omitempty"` // of taking it back
	NotBefore time.Time    `json:"notBefore,omitzero"`
	Expires   time.Time    `json:"expires"`
	Copies    []SealedCopy `json:"copies"`
}

// SealedCopy is a text for one account.
type SealedCopy struct {
	view.Ticked               // as an approval names it
	Account     string        `json:"account"`
	State       string        `json:"state"`
	Code        string        `json:"code,omitempty"`
	Unit        string        `json:"unit,omitempty"`
	Text        string        `json:"text"` // exactly
	Measure     *view.Measure `json:"measure,omitempty"`
	Degraded    []string      `json:"degraded,omitempty"` // what the platform cannot show of it
	Not         string        `json:"not,omitempty"`      // why this officer cannot approve it: the code of the refusal
	Waits       string        `json:"waits,omitempty"`    // what keeps it from leaving once it is approved: halted, observe, suspect, too-long or plan
	Reason      string        `json:"reason,omitempty"`   // of one that was returned or lapsed
}

// ApproveTogether names the drafts that an officer approves in one act, each as it was shown.
type ApproveTogether struct {
	FormKey string        `json:"formKey,omitempty"` // as in a Decision
	Ticked  []view.Ticked `json:"ticked"`
}

// Approved is what became of each draft.
type Approved struct {
	Approved []string         `json:"approved"`
	Refused  map[string]Error `json:"refused,omitempty"` // by draft
	Waiting  []string         `json:"waiting,omitempty"` // accepted and not decided yet: repeat the call
}

func (a *API) sheafRoutes() {
	a.get("GET /api/v1/bulletins/{id}/together", a.together)
	a.get("POST /api/v1/bulletins/{id}/approve", a.approveTogether)
	a.get("GET /api/v1/bulletins/{id}/withdrawal", a.together)
	a.get("POST /api/v1/bulletins/{id}/withdrawal/approve", a.approveTogether)
}

func (a *API) sheaf(c call) (view.Sheaf, error) {
	if !view.May(c.officer, bots.KindDraft) {
		return view.Sheaf{}, errNotYours
	}
	taking := strings.Contains(c.URL.Path, "/withdrawal")
	return view.SheafOf(c.Context(), a.desk, a.station, c.officer, c.PathValue("id"), taking, time.Now())
}

func (a *API) together(c call) (any, error) {
	s, err := a.sheaf(c)
	if err != nil {
		return nil, err
	}
	t := Together{Bulletin: newBulletin(s.Bulletin), Taking: s.Taking, Letters: []OneText{}, Settled: []SealedCopy{}}
	for _, l := range s.Letters {
		one := OneText{Title: l.Title, Pieces: l.Pieces, Reason: l.Reason, NotBefore: l.NotBefore, Expires: l.Expires}
		for _, k := range l.Copies {
			one.Copies = append(one.Copies, sealedCopy(k, l.Exact(k)))
		}
		t.Letters = append(t.Letters, one)
	}
	for _, k := range s.Settled {
		t.Settled = append(t.Settled, sealedCopy(k, cmp.Or(k.Draft.PostText, k.Draft.Text)))
	}
	return t, nil
}

func sealedCopy(k view.Copy, text string) SealedCopy {
	d := k.Draft
	return SealedCopy{
		Ticked:  view.Ticked{Draft: d.ID, Seen: d.Version, Seal: k.Seal()},
		Account: d.Account, State: d.State, Code: k.Code, Unit: k.Unit, Text: text, Measure: k.Measure, Degraded: k.Preview.Degraded,
		Not: k.Not, Waits: k.Waits, Reason: d.Reason,
	}
}

// approveTogether approves each ticked draft for itself: one that is refused keeps none of the others back.
func (a *API) approveTogether(c call) (any, error) {
	var in ApproveTogether
	if err := decode(c.Request, &in); err != nil {
		return nil, err
	}
	switch {
	case len(in.FormKey) > maxFormKey:
		return nil, invalid("formKey", "at most %d characters", maxFormKey)
	case len(in.Ticked) == 0:
		return nil, invalid("ticked", "which drafts are approved?")
	}
	s, err := a.sheaf(c)
	if err != nil {
		return nil, err
	}
	all, err := s.Approvals(in.Ticked)
	if err != nil {
		return nil, err
	}
	return a.each(c, all, cmp.Or(in.FormKey, rand.Text())), nil
}

// each hands decisions in side by side, so that one that waits keeps none of the others waiting.
func (a *API) each(c call, all []bots.Decision, key string) Approved {
	results, errs := make([]bots.Result, len(all)), make([]error, len(all))
	var wg sync.WaitGroup
	for i, d := range all {
		d.Officer = c.officer.ID
		wg.Go(func() { results[i], errs[i] = a.desk.Submit(c.Context(), d, "api/"+key+"/"+d.On.ID) })
	}
	wg.Wait()
	done := Approved{Approved: []string{}, Refused: map[string]Error{}}
	for i, d := range all {
		r := results[i]
		switch {
		case errs[i] != nil:
			done.Refused[d.On.ID] = *classify(errs[i])
		case r.Status == bots.Refused:
			done.Refused[d.On.ID] = Error{Code: r.Code, Message: r.Message}
		case r.Status == bots.Applied:
			done.Approved = append(done.Approved, d.On.ID)
		default:
			done.Waiting = append(done.Waiting, d.On.ID)
		}
	}
	return done
}

// Together returns a bulletin's drafts for all its accounts; with taking, what takes it back from them.
func (c *Client) Together(ctx context.Context, bulletin string, taking bool) (Together, error) {
	if taking {
		return read[Together](ctx, c, at("/bulletins", bulletin, "withdrawal"))
	}
	return read[Together](ctx, c, at("/bulletins", bulletin, "together"))
}

// ApproveTogether approves the ticked drafts of what Together returned, each for itself and exactly as it was shown.
func (c *Client) ApproveTogether(ctx context.Context, bulletin string, taking bool, ticked []view.Ticked) (done Approved, err error) {
	path := at("/bulletins", bulletin, "approve")
	if taking {
		path = at("/bulletins", bulletin, "withdrawal") + "/approve"
	}
	err = c.do(ctx, http.MethodPost, path, ApproveTogether{FormKey: rand.Text(), Ticked: ticked}, &done)
	return done, err
}
