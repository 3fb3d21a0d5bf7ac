package console

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"netpatrol/bots"
)

// beijing is the zone officers read times in; China has had no daylight saving since 1991.
var beijing = time.FixedZone("CST", 8*60*60)

func when(t time.Time, now time.Time) string {
	if t.IsZero() {
		return "—"
	}
	t, now = t.In(beijing), now.In(beijing)
	switch {
	case t.Year() != now.Year():
		return t.Format("2006年1月2日 15:04")
	case t.YearDay() == now.YearDay():
		return t.Format("今天 15:04")
	}
	return t.Format("1月2日 15:04")
}

func clock(t time.Time) string { return t.In(beijing).Format("15:04:05") }

// stamp is for <time datetime> and for print.
func stamp(t time.Time) string { return t.In(beijing).Format("2006-01-02 15:04:05") }

// ago says how long ago t was, or in how long it will be.
func ago(t time.Time, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	d := now.Sub(t)
	if d < 0 {
		return span(-d) + "后"
	}
	if d < time.Minute {
		return "刚刚"
	}
	return span(d) + "前"
}

func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "不到1分钟"
	case d < time.Hour:
		return fmt.Sprintf("%d分钟", int(d.Minutes()))
	case d < 48*time.Hour:
		h, m := int(d.Hours()), int(d.Minutes())%60
		if m == 0 || h >= 10 {
			return fmt.Sprintf("%d小时", h)
		}
		return fmt.Sprintf("%d小时%d分", h, m)
	}
	return fmt.Sprintf("%d天", int(d.Hours()/24))
}

// took is how long a try lasted.
func took(from, to time.Time) string {
	d := to.Sub(from)
	switch {
	case d < time.Second:
		return "不到1秒"
	case d < time.Minute:
		return fmt.Sprintf("%d秒", int(d.Seconds()))
	}
	return span(d)
}

func until(t time.Time, now time.Time) string {
	if t.IsZero() {
		return "不限"
	}
	if !t.After(now) {
		return "已过期"
	}
	return "还有" + span(t.Sub(now))
}

// deadline says until when a draft can be decided: before its slot, or before it lapses.
func deadline(d *bots.Draft, now time.Time) string {
	switch {
	case d.NotBefore.IsZero() && d.Expires.After(now):
		return ago(d.Expires, now) + "过期"
	case d.NotBefore.IsZero():
		return until(d.Expires, now)
	case d.State == bots.DraftExpired || d.State == bots.DraftAwaiting && !d.NotBefore.After(now):
		return "错过了 " + when(d.NotBefore, now) + " 的时段"
	case d.State == bots.DraftAwaiting:
		return "须在 " + when(d.NotBefore, now) + " 前批准"
	}
	return when(d.NotBefore, now) + " 的时段"
}

// withoutHandle is a text without our own "@handle" at its beginning; nothing else is cut off.
func withoutHandle(text, handle string) string {
	name, _, _ := strings.Cut(handle, "@")
	if name == "" {
		return text
	}
	first, rest, _ := strings.Cut(strings.TrimLeft(text, " "), " ")
	said, _, _ := strings.Cut(strings.TrimPrefix(first, "@"), "@")
	if !strings.HasPrefix(first, "@") || !strings.EqualFold(said, name) || strings.TrimSpace(rest) == "" {
		return text
	}
	return strings.TrimLeft(rest, " ")
}

// short is how a digest is read out: its first twelve characters in fours.
func short(s string) string {
	if len(s) < 12 {
		return s
	}
	return s[:4] + " " + s[4:8] + " " + s[8:12]
}

// excerpt is at most n characters of one line. Where Chinese characters meet, a line break
// leaves no space behind. No number or word of letters is cut in two, unless nothing else is there.
func excerpt(s string, n int) string {
	all := []rune(oneLine(s))
	if len(all) <= n {
		return string(all)
	}
	cut := n
	for cut > 0 && inWord(all[cut-1]) && inWord(all[cut]) {
		cut--
	}
	if cut == 0 {
		cut = n
	}
	return strings.TrimRight(string(all[:cut]), " ，、；：") + "…"
}

// inWord says whether a sign belongs to a number or a word of letters.
func inWord(r rune) bool { return r < unicode.MaxASCII && (unicode.IsDigit(r) || unicode.IsLetter(r)) }

func oneLine(s string) string {
	var b strings.Builder
	var last rune
	for _, word := range strings.Fields(s) {
		first, _ := utf8.DecodeRuneInString(word)
		if b.Len() > 0 && !fullWidth(last) && !(unicode.Is(unicode.Han, last) && unicode.Is(unicode.Han, first)) {
			b.WriteByte(' ')
		}
		b.WriteString(word)
		last, _ = utf8.DecodeLastRuneInString(word)
	}
	return b.String()
}

// fullWidth says whether a sign brings its own space.
func fullWidth(r rune) bool { return r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xff60 }

// segment is a stretch of text, matched by a rule or not.
type segment struct {
	Text string
	Hit  bool
}

// segments cuts text at spans. Spans may overlap, be out of order or out of bounds, or
// cut a character in two; what is shown is always the whole text.
func segments(text string, spans []bots.Span) []segment {
	hit := make([]bool, len(text))
	for _, s := range spans {
		for i := max(s.Start, 0); i < min(s.End, len(text)); i++ {
			hit[i] = true
		}
	}
	var out []segment
	for i, r := range text {
		n := utf8.RuneLen(r)
		if n < 0 {
			n = 1
		}
		h := slices.Contains(hit[i:min(i+n, len(text))], true)
		if len(out) == 0 || out[len(out)-1].Hit != h {
			out = append(out, segment{Hit: h})
		}
		out[len(out)-1].Text += string(r)
	}
	return out
}

// spansOf are the spans of every hit.
func spansOf(hits []bots.Hit) []bots.Span {
	var all []bots.Span
	for _, h := range hits {
		all = append(all, h.Spans...)
	}
	return all
}
