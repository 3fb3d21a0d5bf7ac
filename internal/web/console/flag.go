package console

import (
	"cmp"
	"errors"
	"net/url"
	"slices"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

var flagWords = map[adapters.FlagKind]string{
	adapters.FlagIllegal: "违法内容", adapters.FlagSpam: "垃圾信息或广告", adapters.FlagInappropriate: "不当内容", adapters.FlagOther: "其他，请版主看说明",
}

func flagWord(k adapters.FlagKind) string { return cmp.Or(flagWords[k], string(k)) }

// flagged is a flag of a clue's post, with what became of it.
type flagged struct {
	*bots.Draft
	Item *record.Item // nil: it was not released
}

// Went is the state a reader is told: of the send, once there is one.
func (f flagged) Went() string {
	if f.Item != nil {
		return f.Item.State
	}
	return f.State
}

// Note is what the send says of itself.
func (f flagged) Note() string {
	if f.Item != nil {
		return f.Item.Why
	}
	return f.Reason
}

func (f flagged) awaits() bool {
	return record.Stands(f.Draft, f.Item) && (f.Item == nil || !f.Item.Final())
}

// flagsOf lists the flags of a clue's post, by whichever clue they were asked for.
func (c *Console) flagsOf(v *visit, clue *bots.Clue) (all []flagged, err error) {
	if clue.Stream == "" || clue.Post == "" {
		return nil, nil
	}
	drafts, err := view.List[bots.Draft](v.ctx(), c.desk, record.Query{Stream: clue.Stream, Newest: true, Limit: perPage})
	if err != nil {
		return nil, err
	}
	for _, d := range drafts {
		if d.Purpose != bots.ForFlag || d.Erased || d.Parent != clue.Post {
			continue
		}
		f := flagged{Draft: d}
		if d.Item != "" {
			f.Item, err = record.Fetch[record.Item](v.ctx(), c.desk, d.Item)
			if err != nil && !errors.Is(err, record.ErrNotFound) {
				return nil, err
			}
		}
		all = append(all, f)
	}
	return all, nil
}

// WhyNoFlag says why the page does not offer to flag the post; empty: it does.
func (p cluePage) WhyNoFlag() string {
	switch {
	case p.Erased:
		return "内容已按规定删除。"
	case len(p.FlagKinds) == 0:
		return "这个账号的平台不接受经接口的举报。请在平台上打开原帖，用平台自己的举报入口。"
	case p.Stance != bots.Asserting:
		return "作者" + stanceWord(p.Stance) + "，不予举报。"
	case p.State == bots.ClueDismissed:
		return "这条线索已经不予处理。"
	case slices.ContainsFunc(p.Flags, func(f flagged) bool { return record.Stands(f.Draft, f.Item) }):
		return "同一个帖子只举报一次。"
	}
	return ""
}

// flagPost drafts a flag and leads to where it is decided.
func (c *Console) flagPost(v *visit) error {
	back := cluePath(v.id())
	kind := v.value("kind")
	if kind == "" {
		c.say(v, notice{Text: "请选择举报为哪一类。", Bad: true})
		return v.to(back)
	}
	a, err := c.submit(v, bots.Decision{Verb: bots.FlagPost, On: on(bots.KindClue, v.id()), Seen: v.seen(), Fields: map[string]string{
		"kind": kind, "note": v.value("note"),
	}})
	if err != nil {
		return err
	}
	if a.refused != "" {
		c.say(v, notice{Text: a.refused, Bad: true})
		return v.to(back)
	}
	after := back
	if i := slices.IndexFunc(a.made, func(t bots.Target) bool { return t.Kind == bots.KindDraft }); i >= 0 {
		after = "/drafts/" + url.PathEscape(a.made[i].ID)
	}
	return c.done(v, a, after, notice{Text: "举报已拟好，还没有发出。请核对内容再批准。"})
}
