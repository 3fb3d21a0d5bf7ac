package wechat

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"netpatrol/adapters"
)

var _ adapters.Meter = (*account)(nil)

// Figures reads the counts of our articles: reads and shares from the statistics, which
// the platform has ready the next morning, and comments at once. A Ref "day:2026-11-24"
// stands for the whole account on that day. Articles whose msg_data_id was never learnt
// are left out. Source: service/api/wedata/news.
func (a *account) Figures(ctx context.Context, refs []adapters.Ref) ([]adapters.Figure, error) {
	list, err := a.ownArticles(ctx, keptArticles)
	if err != nil {
		return nil, err
	}
	days := map[string]map[string]counts{} // day -> article -> counts
	var out []adapters.Figure
	for _, ref := range refs {
		if day, ok := id(ref, dayPrefix); ok {
			f, err := a.accountDay(ctx, ref, day)
			if err != nil {
				return nil, err
			}
			out = append(out, f...)
			continue
		}
		w, ok := lookUp(list, ref)
		if !ok {
			continue
		}
		f, err := a.articleFigures(ctx, ref, w, days)
		if err != nil {
			return nil, err
		}
		out = append(out, f...)
	}
	return out, nil
}

func lookUp(list []watched, ref adapters.Ref) (watched, bool) {
	for _, w := range list {
		if w.Ref == ref || w.ref() == ref {
			return w, true
		}
	}
	data, _ := id(ref, dataPrefix)
	return parseWatched(data)
}

// counts are an article's figures up to some day.
type counts struct{ reads, shares int64 }

func (a *account) articleFigures(ctx context.Context, ref adapters.Ref, w watched, days map[string]map[string]counts) ([]adapters.Figure, error) {
	var out []adapters.Figure
	if w.Day != "" {
		if days[w.Day] == nil {
			got, err := a.articleDay(ctx, w.Day)
			if err != nil {
				return nil, err
			}
			days[w.Day] = got
		}
		if c, ok := days[w.Day][fmt.Sprintf("%d_%d", w.Data, w.Index+1)]; ok {
			out = append(out, adapters.Figure{Ref: ref, Name: "reads", Value: c.reads}, adapters.Figure{Ref: ref, Name: "shares", Value: c.shares})
		}
	}
	n, err := a.countComments(ctx, w)
	if shut(err) || err != nil && adapters.ClassOf(err) == adapters.Unsupported {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	return append(out, adapters.Figure{Ref: ref, Name: "comments", Value: n}), nil
}

func (a *account) countComments(ctx context.Context, w watched) (int64, error) {
	k := call{op: "figures", path: "/cgi-bin/comment/list", body: map[string]int64{"msg_data_id": w.Data, "index": int64(w.Index), "begin": 0, "count": 1, "type": 0}}
	var got struct {
		Total *int64 `json:"total"`
	}
	if err := a.http.do(ctx, k, &got); err != nil {
		return 0, err
	}
	if got.Total == nil {
		return 0, nothing(k, "a total")
	}
	return max(*got.Total, 0), nil
}

// stats asks one statistics interface for one day. A day the platform has nothing for
// yet (a date error) is an empty one. Out may be left as it is.
func (a *account) stats(ctx context.Context, name, day string, out any) error {
	k := call{op: "figures", path: "/datacube/" + name, body: map[string]string{"begin_date": day, "end_date": day}}
	err := a.http.do(ctx, k, out)
	var e *adapters.Error
	if errors.As(err, &e) && oneOf(e.Code, []string{"61500", "61501"}) {
		return nil
	}
	return err
}

// articleDay reads the articles that came out on a day, up to the last day the platform
// has counted. Articles it has no total for fall back on what was read that very day.
func (a *account) articleDay(ctx context.Context, day string) (map[string]counts, error) {
	var total struct {
		List []struct {
			MsgID   text `json:"msgid"`
			Details []struct {
				Reads  int64 `json:"read_user"`
				Shares int64 `json:"share_user"`
			} `json:"detail_list"`
		} `json:"list"`
	}
	if err := a.stats(ctx, "getarticletotaldetail", day, &total); err != nil {
		return nil, err
	}
	out := map[string]counts{}
	for _, l := range total.List {
		var c counts
		for _, d := range l.Details { // each day's figure is the total so far: the largest is the last
			c = counts{max(c.reads, d.Reads), max(c.shares, d.Shares)}
		}
		if len(l.Details) > 0 {
			out[string(l.MsgID)] = c
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	return a.readOn(ctx, day)
}

func (a *account) readOn(ctx context.Context, day string) (map[string]counts, error) {
	var read struct {
		List []struct {
			MsgID  text `json:"msgid"`
			Detail struct {
				Reads int64 `json:"read_user"`
			} `json:"detail"`
		} `json:"list"`
	}
	if err := a.stats(ctx, "getarticleread", day, &read); err != nil {
		return nil, err
	}
	out := map[string]counts{}
	for _, l := range read.List {
		out[string(l.MsgID)] = counts{reads: max(l.Detail.Reads, 0)}
	}
	return out, nil
}

// accountDay reads the whole account's figures of one day.
func (a *account) accountDay(ctx context.Context, ref adapters.Ref, day string) ([]adapters.Figure, error) {
	var got struct {
		List []map[string]any `json:"list"`
	}
	if err := a.stats(ctx, "getbizsummary", day, &got); err != nil {
		return nil, err
	}
	sums := map[string]int64{}
	for _, l := range got.List {
		for field, name := range map[string]string{"read_user": "reads", "share_user": "shares", "zaikan_user": "recommendations", "like_user": "likes", "comment_count": "comments"} {
			if v, ok := l[field].(float64); ok && v >= 0 {
				sums[name] += int64(v)
			}
		}
	}
	var out []adapters.Figure
	for _, name := range strings.Fields("reads shares recommendations likes comments") {
		if v, ok := sums[name]; ok {
			out = append(out, adapters.Figure{Ref: ref, Name: name, Value: v})
		}
	}
	return out, nil
}
