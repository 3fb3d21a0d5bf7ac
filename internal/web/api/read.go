package api

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// The bounds of a page.
const (
	defaultPage = 50
	largestPage = 200
)

// query reads state, stream, order, limit and after from the address.
func query(c call, kind bots.RecordKind, state string) (record.Query, error) {
	v := c.URL.Query()
	q := record.Query{Kind: kind, State: state, Stream: v.Get("stream"), Limit: defaultPage}
	if v.Has("state") {
		q.State = v.Get("state")
	}
	switch v.Get("order") {
	case "", "oldest":
	case "newest":
		q.Newest = true
	default:
		return q, invalid("order", "oldest or newest")
	}
	if s := v.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > largestPage {
			return q, invalid("limit", "1 to %d", largestPage)
		}
		q.Limit = n
	}
	after, err := base64.RawURLEncoding.DecodeString(v.Get("after"))
	if err != nil {
		return q, invalid("after", "give back what the last page said")
	}
	q.After = string(after)
	return q, nil
}

// list answers one page of a kind. Without ?state= the page shows state; without
// ?order= the oldest come first, as a desk works them off.
func list[T, V any, P interface {
	*T
	bots.Record
}](a *API, state string, render func(*T) V) handler {
	return func(c call) (any, error) {
		var zero T
		q, err := query(c, P(&zero).RecordKind(), state)
		if err != nil {
			return nil, err
		}
		if !view.May(c.officer, q.Kind) {
			return nil, errNotYours
		}
		limit := q.Limit
		q.Limit++ // one more tells whether there is a next page
		found, err := view.List[T, P](c.Context(), a.desk, q)
		if err != nil {
			return nil, err
		}
		page := Page[V]{Records: make([]V, 0, limit)}
		if len(found) > limit {
			found = found[:limit]
			page.After = base64.RawURLEncoding.EncodeToString([]byte(P(found[limit-1]).Meta().ID))
		}
		for _, r := range found {
			if !view.Sees(c.officer, P(r)) {
				continue
			}
			page.Records = append(page.Records, render(r))
		}
		return page, nil
	}
}

// show answers one record.
func show[T, V any, P interface {
	*T
	bots.Record
}](a *API, render func(*T) V) handler {
	return func(c call) (any, error) {
		r, err := get[T, P](a, c)
		if err != nil {
			return nil, err
		}
		return render(r), nil
	}
}

func get[T any, P interface {
	*T
	bots.Record
}](a *API, c call) (*T, error) {
	var zero T
	if !view.May(c.officer, P(&zero).RecordKind()) {
		return nil, errNotYours
	}
	r, err := record.Fetch[T, P](c.Context(), a.desk, c.PathValue("id"))
	if err == nil && !view.Sees(c.officer, P(r)) {
		return nil, errNotYours
	}
	return r, err
}

func (a *API) matter(c call) (any, error) {
	if !view.May(c.officer, bots.KindDraft) {
		return nil, errNotYours
	}
	m, err := view.MatterOf(c.Context(), a.desk, a.station, c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	if !view.Sees(c.officer, m.Draft) {
		return nil, errNotYours
	}
	return newMatter(m), nil
}

func newMatter(m *view.Matter) Matter {
	out := Matter{
		Draft: newDraft(m.Draft), Event: maybe(m.Event, newHeard), Tape: maybe(m.Tape, newTape), Account: maybe(m.Account, newAccount),
		Warning: maybe(m.Warning, newWarning), Clue: maybe(m.Clue, newClue), Report: maybe(m.Report, newReport),
		Conversation: maybe(m.Conversation, newConversation), Bulletin: maybe(m.Bulletin, newBulletin),
		Approval: maybe(m.Approval, newApproval), Item: maybe(m.Item, newItem), Measure: m.Measure,
	}
	for _, e := range m.Outcomes {
		out.Outcomes = append(out.Outcomes, newHeard(e))
	}
	return out
}

// maybe renders what is there.
func maybe[T, V any](r *T, render func(*T) V) *V {
	if r == nil {
		return nil
	}
	v := render(r)
	return &v
}

// event answers one event's head; an officer may always ask what came of a decision of theirs.
func (a *API) event(c call) (any, error) {
	e, err := record.Fetch[bots.Event](c.Context(), a.desk, c.PathValue("id"))
	if err == nil && !view.Sees(c.officer, e) || err != nil && !view.May(c.officer, bots.KindEvent) {
		return nil, errNotYours // whether there is such an event is not theirs to know either
	}
	if err != nil {
		return nil, err
	}
	return newEvent(e), nil
}

func (a *API) why(c call) (any, error) {
	if !view.May(c.officer, bots.KindReport) {
		return nil, errNotYours
	}
	y, err := view.Why(c.Context(), a.desk, a.station, c.PathValue("code"))
	if err != nil {
		return nil, err
	}
	s := Story{
		Code: y.Code, On: y.On, Event: maybe(y.Event, newHeard), Tape: maybe(y.Tape, newTape), Report: maybe(y.Report, newReport),
		Clue: maybe(y.Clue, newClue), Warning: maybe(y.Warning, newWarning), Bulletin: maybe(y.Bulletin, newBulletin),
		Messages: []Matter{}, Audit: y.Audit,
	}
	for _, m := range y.Messages {
		s.Messages = append(s.Messages, newMatter(m))
	}
	return s, nil
}

func (a *API) conversation(c call) (any, error) {
	r, err := get[bots.Conversation](a, c)
	if err != nil {
		return nil, err
	}
	lines, err := view.Talk(c.Context(), a.desk, r)
	if err != nil {
		return nil, err
	}
	t := Talk{Conversation: newConversation(r), Lines: lines}
	t.Suggested, err = a.suggested(c, r)
	return t, err
}

// suggested are the answers that an officer who may answer can choose.
func (a *API) suggested(c call, conv *bots.Conversation) (out []Suggested, err error) {
	if a.station.Suggest == nil || conv.Erased || !c.officer.Is(record.Duty, record.Approver) {
		return nil, nil
	}
	all, err := a.station.Suggest(c.Context(), conv.ID, time.Now())
	for _, s := range all {
		out = append(out, Suggested{s.Template, s.Rev, s.Text, s.Length, s.Max, s.Unit})
	}
	return out, err
}

func (a *API) account(c call) (any, error) {
	r, err := get[bots.Account](a, c)
	if err != nil {
		return nil, err
	}
	drafts, more, err := view.Observed(c.Context(), a.desk, r.ID)
	if err != nil {
		return nil, err
	}
	out := AccountView{Account: newAccount(r), Observed: []Draft{}, More: more}
	if view.May(c.officer, bots.KindDraft) {
		for _, d := range view.Seen(c.officer, drafts) {
			out.Observed = append(out.Observed, newDraft(d))
		}
	}
	return out, nil
}

func (a *API) preview(c call) (any, error) {
	var in view.BulletinText
	if err := decode(c.Request, &in); err != nil {
		return nil, err
	}
	if err := checkBulletin(&in); err != nil {
		return nil, err
	}
	if a.station.Preview == nil {
		return nil, newFault(http.StatusNotFound, "no-preview", "this station cannot preview")
	}
	p, err := a.station.Preview(c.Context(), in)
	if err != nil {
		return nil, err
	}
	return Page[view.Preview]{Records: p}, nil
}

func (a *API) summary(c call) (any, error) {
	return view.Summarise(c.Context(), a.desk, time.Now(), 999)
}

func (a *API) halted(c call) (any, error) {
	h, err := view.HaltOf(c.Context(), a.desk)
	if err != nil {
		return nil, err
	}
	return Halt{Level: h.Level, By: h.By, Reason: h.Reason, At: h.At}, nil
}

func (a *API) verify(c call) (any, error) { return a.desk.VerifyAudit(c.Context(), "") }

// verifyAgainst looks for anchors, one a line, in the chain.
func (a *API) verifyAgainst(c call) (any, error) {
	var in struct {
		Anchors string `json:"anchors"`
	}
	if err := decode(c.Request, &in); err != nil {
		return nil, err
	}
	r, err := a.desk.VerifyAudit(c.Context(), in.Anchors)
	if refused := (*record.Refusal)(nil); errors.As(err, &refused) {
		return nil, invalid("anchors", "%s", refused.Message)
	}
	return r, err
}

func (a *API) templates(call) (any, error) {
	if a.station.Templates == nil {
		return []view.Template{}, nil
	}
	return a.station.Templates(), nil
}

func (a *API) schedules(call) (any, error) {
	if a.station.Schedules == nil {
		return []view.Schedule{}, nil
	}
	return a.station.Schedules(time.Now()), nil
}
