package intake

import (
	"strconv"

	"netpatrol/bots"
)

// collect asks for every picture, voice and video of the message: platforms delete them
// within days.
func (t *turn) collect(h *bots.Heard) {
	for n, m := range h.Media {
		t.do(bots.Fetch{What: bots.FetchMedia, Ref: h.Ref, Media: m, Key: t.e.ID + " media " + strconv.Itoa(n)})
	}
}

// collected tells an officer of what could not be fetched: only the person can send it again.
func collected(e bots.Event, f bots.Facts, r *bots.FetchResult) []bots.Effect {
	if r.What != bots.FetchMedia || r.State != "lost" {
		return nil
	}
	about := bots.Target{Kind: bots.KindConversation, ID: e.Stream}
	if talk, _ := bots.Get[bots.Conversation](f, e.Stream); talk.Report != "" {
		about = bots.Target{Kind: bots.KindReport, ID: talk.Report}
	}
	return []bots.Effect{bots.Escalate{Why: "来信中有图片、语音或视频没有取到，必要时请当事人再发一次", About: about}}
}
