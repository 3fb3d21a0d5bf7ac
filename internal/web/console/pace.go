package console

import (
	"fmt"
	"time"

	"netpatrol/internal/record"
)

// paceWords says how soon an account hears what is written in public, what it may still ask
// of its platform, and until when it is authorised. The promise of thirty minutes stands only
// where it can be kept.
func paceWords(p *record.Pulse, now time.Time) (all []string) {
	switch {
	case p == nil:
		return nil
	case p.Hears > 0 && p.InTime():
		all = append(all, "公开的提及和评论最多"+span(p.Hears)+"读到，可以承诺30分钟内答复")
	case p.Hears > 0:
		all = append(all, "公开的提及和评论最长要"+span(p.Hears)+"才能读到，不能承诺30分钟内答复；平台推送的私信不受影响")
	}
	if c := p.Calls; c != nil && c.N > 0 {
		all = append(all, fmt.Sprintf("平台%s内允许调用%d次，还剩%d次，其中%d次留给发送和复核", span(c.Per), c.N, c.Left(now), c.Spare))
	}
	if !p.Ends.IsZero() {
		all = append(all, "平台授权到 "+p.Ends.In(beijing).Format("2006-01-02 15:04")+" 为止")
	}
	return all
}

// slowWord is the same in a row, where it matters; empty: it does not.
func slowWord(p *record.Pulse) string {
	if p == nil || p.Hears == 0 || p.InTime() {
		return ""
	}
	return "提及最长" + span(p.Hears) + "才读到"
}
