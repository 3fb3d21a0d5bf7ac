package discuz

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

var _ adapters.Watcher = (*account)(nil)

// The sources that can be polled.
const (
	messagesSource = "messages" // private messages between two people
	noticesSource  = "notices"  // the board's notices: names us, replies to us
	threadsPrefix  = "threads:" // new threads of a board, by its number
)

const (
	perList = 50 // entries of one page of a list
	lists   = 10 // pages of one poll
	reads   = 20 // threads one poll opens
)

// Sources names the private messages and the notices. Any "threads:FID" can be polled as
// well, and is needed: the board's own notices miss a name that Chinese text follows.
func (a *account) Sources() []string { return []string{messagesSource, noticesSource} }

// Poll reads what is new in a source, oldest first. Our own posts are left out.
func (a *account) Poll(ctx context.Context, source string, cur adapters.Cursor, limit int) (adapters.Batch, error) {
	board, isBoard := strings.CutPrefix(source, threadsPrefix)
	fid, err := number(board)
	switch {
	case source == messagesSource:
		return a.pollMessages(ctx, cur, limit)
	case source == noticesSource:
		return poll(ctx, list[notice]{a, "poll notices", a.notices, a.fromNotice}, cur, limit)
	case isBoard && err == nil && fid > 0:
		newest := func(ctx context.Context, op string, page int) ([]listed[thread], bool, error) {
			return a.threads(ctx, op, fid, page)
		}
		return poll(ctx, list[thread]{a, "poll threads", newest, a.fromThread}, cur, limit)
	}
	return adapters.Batch{}, &adapters.Error{Class: adapters.Unsupported, Scope: adapters.ScopeEndpoint, Op: "poll",
		Err: fmt.Errorf("no source %q: use messages, notices or threads:FID", source)}
}

// listed is one entry of a list that shows the newest first.
type listed[T any] struct {
	at   int64  // what orders it: grows with time
	name string // names it in the list
	what T
}

// list is a source that is a list, and what becomes of its entries.
type list[T any] struct {
	account *account
	op      string
	page    func(ctx context.Context, op string, n int) (entries []listed[T], full bool, err error)
	// open reads an entry; ok is false when there is nothing in it for us.
	open func(ctx context.Context, op string, what T) (in adapters.Inbound, ok bool, err error)
}

// poll reads the entries of a list that the cursor has not seen, by their names: what a
// moderator releases late appears among older entries.
func poll[T any](ctx context.Context, l list[T], cur adapters.Cursor, limit int) (adapters.Batch, error) {
	seen, err := parseSeen(l.op, cur)
	if err != nil {
		return adapters.Batch{}, err
	}
	fresh, full, err := l.fresh(ctx, seen, cur == "")
	if err != nil {
		return adapters.Batch{}, err
	}
	if cur == "" { // start at the present
		return adapters.Batch{Next: seen.start(marks(fresh), full).cursor()}, nil
	}
	if limit <= 0 || limit > reads {
		limit = reads
	}
	var b adapters.Batch
	taken := 0
	for ; taken < len(fresh) && taken < limit; taken++ {
		in, ok, err := l.open(ctx, l.op, fresh[taken].what)
		if err != nil {
			return adapters.Batch{}, err
		}
		if ok {
			b.Items = append(b.Items, in)
		}
	}
	b.More = taken < len(fresh)
	b.Next = seen.add(marks(fresh[:taken])).cursor()
	return b, nil
}

// fresh lists what has not been seen, oldest first. At the start one page is the present.
// full: there are older entries than were listed.
func (l list[T]) fresh(ctx context.Context, seen seen, start bool) (out []listed[T], full bool, err error) {
	for n := range lists {
		entries, full, err := l.page(ctx, l.op, n)
		if err != nil {
			return nil, false, err
		}
		known := false
		for _, e := range entries {
			if seen.has(mark{e.at, e.name}) {
				known = true
			} else {
				out = append(out, e)
			}
		}
		if known || !full || start {
			return oldestFirst(out), full, nil
		}
	}
	l.account.log.Warn("more is new than one poll lists", "source", l.op, "listed", len(out))
	return oldestFirst(out), true, nil
}

func marks[T any](entries []listed[T]) (out []mark) {
	for _, e := range entries {
		out = append(out, mark{e.at, e.name})
	}
	return out
}

// threads is a page of the newest threads of a board.
func (a *account) threads(ctx context.Context, op string, fid forum.ID, page int) ([]listed[thread], bool, error) {
	var answer struct {
		Data rows[thread] `json:"data"`
	}
	q := url.Values{"fids": {fid.String()}, "start": {strconv.Itoa(page * perList)}, "limit": {strconv.Itoa(perList)}}
	if _, err := a.get(ctx, op, "newthreads", q, &answer); err != nil {
		return nil, false, err
	}
	if !answer.Data.given {
		return nil, false, listless(op)
	}
	var out []listed[thread]
	for _, t := range answer.Data.list {
		if t.TID > 0 {
			out = append(out, listed[thread]{int64(t.TID), t.TID.String(), t})
		}
	}
	return out, len(answer.Data.list) >= perList, nil
}

// fromThread reads the first post of a thread.
func (a *account) fromThread(ctx context.Context, op string, t thread) (adapters.Inbound, bool, error) {
	if t.AuthorID == a.self.UID {
		return adapters.Inbound{}, false, nil
	}
	v, err := a.page(ctx, op, t.TID, 1)
	if isGone(err) {
		return adapters.Inbound{}, false, nil
	}
	if err != nil {
		return adapters.Inbound{}, false, err
	}
	for _, p := range v.Posts.list {
		if p.First {
			return a.inbound(v.Thread, p), p.AuthorID != a.self.UID, nil
		}
	}
	return adapters.Inbound{}, false, &adapters.Error{Class: adapters.NotSent, Op: op, Phase: adapters.Answered, Err: fmt.Errorf("thread %s has no first post", t.TID)}
}

// notices is a page of the newest notices.
func (a *account) notices(ctx context.Context, op string, page int) ([]listed[notice], bool, error) {
	var answer struct {
		List    rows[notice] `json:"list"`
		PerPage forum.ID     `json:"perpage"`
	}
	q := url.Values{"view": {"mypost"}, "page": {strconv.Itoa(page + 1)}}
	if _, err := a.get(ctx, op, "mynotelist", q, &answer); err != nil {
		return nil, false, err
	}
	if !answer.List.given {
		return nil, false, listless(op)
	}
	var out []listed[notice]
	for _, n := range answer.List.list {
		// A notice of several replies to one thread keeps its number and gets a new time.
		if n.ID > 0 {
			out = append(out, listed[notice]{n.Made.Unix(), n.ID.String() + "@" + strconv.FormatInt(n.Made.Unix(), 10), n})
		}
	}
	return out, answer.PerPage > 0 && len(answer.List.list) >= int(answer.PerPage), nil
}

var (
	threadInNote = regexp.MustCompile(`[?&;]p?tid=(\d+)`)
	postInNote   = regexp.MustCompile(`[?&;]pid=(\d+)`)
)

// fromNotice reads the post a notice leads to. A notice that leads to none is passed on as
// KindOther.
func (a *account) fromNotice(ctx context.Context, op string, n notice) (adapters.Inbound, bool, error) {
	note := strings.ReplaceAll(string(n.Note), "&amp;", "&")
	tid, pid := firstNumber(threadInNote, note), firstNumber(postInNote, note)
	if n.AuthorID == a.self.UID {
		return adapters.Inbound{}, false, nil
	}
	if tid == 0 || pid == 0 {
		words, _ := plain(n.Note)
		return adapters.Inbound{Key: n.ID.String() + "!", Kind: adapters.KindOther, Ref: adapters.Ref("notice:" + n.ID.String()),
			From: adapters.Person{ID: n.AuthorID.String(), Handle: string(n.Author), Name: string(n.Author)}, Text: words, At: n.Made.Time, Detail: short(string(n.Type))}, true, nil
	}
	t, p, err := a.find(ctx, op, tid, pid)
	if isGone(err) {
		return adapters.Inbound{}, false, nil
	}
	if err != nil {
		return adapters.Inbound{}, false, err
	}
	in := a.inbound(t, p)
	if in.Kind = adapters.KindComment; n.Type == "at" {
		in.Kind = adapters.KindMention
	}
	return in, p.AuthorID != a.self.UID, nil
}

func firstNumber(pattern *regexp.Regexp, text string) forum.ID {
	m := pattern.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	n, err := number(m[1])
	if err != nil {
		return 0
	}
	return n
}

func listless(op string) error {
	return &adapters.Error{Class: adapters.NotSent, Op: op, Phase: adapters.Answered, Err: fmt.Errorf("the answer has no list")}
}
