package wechat

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
)

// What the account's staff write by hand in the platform's console reaches us by no callback.
// It stands in the chat log. Source: doc/offiaccount/Customer_Service/Obtain_chat_transcript.

const (
	staffSource = "staff"
	logPage     = 1000 // records of one call; 10 000 are allowed
	logPages    = 50
	logSpan     = 24 * time.Hour   // a call may ask for no more
	logLag      = 10 * time.Minute // how late a record may appear, or the platform's clock be
	staffSent   = 2002             // the operation code of what staff sent
)

// logged is one record of the chat log.
type logged struct {
	OpenID string `json:"openid"`
	Code   int    `json:"opercode"`
	Text   string `json:"text"`
	Time   int64  `json:"time"`
	Worker string `json:"worker"`
}

// logMark is the cursor: records before From were all read, of those since then the ones in Seen.
type logMark struct {
	From int64    `json:"f"`
	Seen []string `json:"s,omitempty"`
}

// pollStaff reads what staff sent. Records carry no id: the same words to the same person
// within one second are one.
func (a *account) pollStaff(ctx context.Context, cur adapters.Cursor, limit int) (adapters.Batch, error) {
	was, err := parseLogMark(cur)
	if err != nil {
		return adapters.Batch{}, err
	}
	now := time.Now()
	if cur == "" {
		was.From = now.Add(-logLag).Unix()
	}
	until := min(was.From+int64(logSpan/time.Second), now.Add(logLag).Unix())
	all, err := a.chatLog(ctx, was.From, until)
	if err != nil {
		return adapters.Batch{}, err
	}
	fresh := slices.DeleteFunc(a.staffMessages(all), func(in adapters.Inbound) bool { return slices.Contains(was.Seen, in.Key) })
	batch := adapters.Batch{Items: fresh, More: until < now.Unix()}
	if limit > 0 && len(fresh) > limit && cur != "" {
		batch.Items, batch.More = fresh[:limit], true
	}
	next := was.after(batch.Items, min(until, now.Unix())-int64(logLag/time.Second), len(batch.Items) < len(fresh))
	if cur == "" {
		batch.Items = nil
	}
	batch.Next = next.cursor()
	return batch, nil
}

// after moves on past what was read. While some of it waits, no further than the last one told.
func (m logMark) after(told []adapters.Inbound, quiet int64, waiting bool) logMark {
	next := logMark{From: max(m.From, quiet)}
	if waiting {
		next.From = min(next.From, told[len(told)-1].At.Unix())
	}
	for _, key := range m.Seen {
		if secondOf(key) >= next.From {
			next.Seen = append(next.Seen, key)
		}
	}
	for _, in := range told {
		if in.At.Unix() >= next.From {
			next.Seen = append(next.Seen, in.Key)
		}
	}
	return next
}

func (m logMark) cursor() adapters.Cursor {
	b, _ := json.Marshal(m) // strings and numbers always marshal
	return adapters.Cursor(b)
}

func parseLogMark(cur adapters.Cursor) (m logMark, err error) {
	if cur != "" && (json.Unmarshal([]byte(cur), &m) != nil || m.From <= 0) {
		return m, rejected("poll staff", adapters.ScopeEndpoint, fmt.Errorf("the cursor is not one of ours (%d bytes)", len(cur)))
	}
	return m, nil
}

// chatLog reads the records of a span of at most 24 hours.
func (a *account) chatLog(ctx context.Context, from, until int64) (all []logged, err error) {
	at := int64(1)
	for range logPages {
		var out struct {
			Records []logged `json:"recordlist"`
			Number  int      `json:"number"`
			MsgID   int64    `json:"msgid"`
		}
		k := call{op: "poll staff", path: "/customservice/msgrecord/getmsglist",
			body: map[string]int64{"starttime": from, "endtime": until, "msgid": at, "number": logPage}}
		if err := a.http.do(ctx, k, &out); err != nil {
			return nil, err
		}
		all = append(all, out.Records...)
		if len(out.Records) < logPage || out.MsgID <= at {
			return all, nil
		}
		at = out.MsgID
	}
	return nil, rejected("poll staff", adapters.ScopeEndpoint, errors.New("the chat log of one day is longer than can be read"))
}

// staffMessages are those of the records that staff sent, oldest first.
func (a *account) staffMessages(all []logged) (out []adapters.Inbound) {
	known := map[string]bool{}
	for _, l := range all {
		second := strconv.FormatInt(l.Time, 10)
		key := second + ".staff." + a.receiver.digest(l.OpenID, l.Worker, l.Text)
		if l.Code != staffSent || l.OpenID == "" || known[key] {
			continue
		}
		known[key] = true
		out = append(out, adapters.Inbound{
			Key: key, Kind: adapters.KindStaff, Ref: adapters.Ref(key), From: adapters.Person{ID: l.OpenID},
			Text: l.Text, At: seconds(l.Time), Detail: l.Worker,
		})
	}
	slices.SortStableFunc(out, func(x, y adapters.Inbound) int { return cmp.Compare(x.At.Unix(), y.At.Unix()) })
	return out
}

// secondOf is the time that a key begins with.
func secondOf(key string) int64 {
	second, _, _ := strings.Cut(key, ".")
	n, _ := strconv.ParseInt(second, 10, 64)
	return n
}
