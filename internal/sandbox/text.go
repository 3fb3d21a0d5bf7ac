package sandbox

import (
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

type segmentKind uint8

const (
	plain segmentKind = iota
	mention
	hashtag
	link
)

// segment is a stretch of a text; all of them joined give the text back.
type segment struct {
	kind segmentKind
	text string   // as written
	who  *account // mention
	tag  string   // hashtag, in lower case
}

// reader splits texts. A strict reader follows the server: a sign straight after a
// letter, Chinese ones included, is no mention and no tag on Mastodon. People write
// with a generous one, as they are used to from Weibo.
type reader struct {
	accounts []*account
	domain   string
	flavour  Flavour
	generous bool
}

var (
	urlAtStart    = regexp.MustCompile(`^https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:[/?#][!-~]*)?`)
	tagAtStart    = regexp.MustCompile(`^[#＃]([\pL\pM\pN_·]+)#?`)
	domainAtStart = regexp.MustCompile(`^@([A-Za-z0-9.-]+[A-Za-z0-9])(?::[0-9]+)?`)
	onlyDigits    = regexp.MustCompile(`^\pN+$`)
)

func (r reader) split(text string) []segment {
	var out []segment
	start, before := 0, rune(' ')
	for i := 0; i < len(text); {
		if s, ok := r.at(text[i:], before); ok {
			out = appendPlain(out, text[start:i])
			out = append(out, s)
			i += len(s.text)
			start = i
			before, _ = utf8.DecodeLastRuneInString(s.text)
			continue
		}
		var n int
		before, n = utf8.DecodeRuneInString(text[i:])
		i += n
	}
	return appendPlain(out, text[start:])
}

func appendPlain(out []segment, text string) []segment {
	if text == "" {
		return out
	}
	return append(out, segment{kind: plain, text: text})
}

// at recognises what begins right here, after the rune before.
func (r reader) at(text string, before rune) (segment, bool) {
	switch {
	case strings.HasPrefix(text, "http"):
		return linkAt(text)
	case r.sticks(before):
		return segment{}, false
	case text[0] == '@':
		return r.mentionAt(text)
	case text[0] == '#', strings.HasPrefix(text, "＃"):
		return tagAt(text)
	}
	return segment{}, false
}

// sticks reports whether a sign after before belongs to the word before it.
func (r reader) sticks(before rune) bool {
	if before == '/' || before == '=' || isASCIIWord(before) {
		return true
	}
	if r.generous || r.flavour == GoToSocial {
		return false
	}
	return unicode.In(before, unicode.L, unicode.M, unicode.Nd)
}

func isASCIIWord(r rune) bool {
	return r == '_' || r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

func linkAt(text string) (segment, bool) {
	u := strings.TrimRight(urlAtStart.FindString(text), `.,;:!?'")]}`)
	return segment{kind: link, text: u}, u != ""
}

func tagAt(text string) (segment, bool) {
	found := tagAtStart.FindStringSubmatch(text)
	if found == nil || onlyDigits.MatchString(found[1]) {
		return segment{}, false
	}
	return segment{kind: hashtag, text: found[0], tag: strings.ToLower(found[1])}, true
}

// mentionAt finds the longest known handle, so that a Chinese handle may be followed
// by Chinese text without a space.
func (r reader) mentionAt(text string) (segment, bool) {
	var best *account
	for _, a := range r.accounts {
		if (best == nil || len(a.handle) > len(best.handle)) && startsWithHandle(text[1:], a.handle) {
			best = a
		}
	}
	if best == nil {
		return segment{}, false
	}
	n := 1 + len(best.handle)
	if d := domainAtStart.FindStringSubmatch(text[n:]); d != nil {
		if !strings.EqualFold(d[1], r.domain) {
			return segment{}, false
		}
		n += len(d[0])
	}
	return segment{kind: mention, text: text[:n], who: best}, true
}

func startsWithHandle(text, handle string) bool {
	if len(text) < len(handle) || !strings.EqualFold(text[:len(handle)], handle) {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(handle)
	next, _ := utf8.DecodeRuneInString(text[len(handle):])
	return !isASCIIWord(last) || !isASCIIWord(next)
}

// weight is a text's length as the server counts it, in Unicode code points: every
// link counts perURL, a mention only its local part. (Mastodon counts grapheme
// clusters, which is never more.)
func weight(segments []segment, perURL int) (n int) {
	for _, s := range segments {
		switch s.kind {
		case link:
			n += perURL
		case mention:
			n += 1 + utf8.RuneCountInString(s.who.handle)
		default:
			n += utf8.RuneCountInString(s.text)
		}
	}
	return n
}

func mentioned(segments []segment) (out []*account) {
	for _, s := range segments {
		if s.kind == mention && !slices.Contains(out, s.who) {
			out = append(out, s.who)
		}
	}
	return out
}

func tagsOf(segments []segment) (out []string) {
	for _, s := range segments {
		if s.kind == hashtag && !slices.Contains(out, s.tag) {
			out = append(out, s.tag)
		}
	}
	return out
}

// withoutAddress drops the mentions a text begins with and the space after them.
func withoutAddress(segments []segment) string {
	i, addressed := 0, false
	for i < len(segments) && (segments[i].kind == mention || strings.TrimSpace(segments[i].text) == "") {
		addressed = addressed || segments[i].kind == mention
		i++
	}
	if !addressed {
		i = 0
	}
	var b strings.Builder
	for _, s := range segments[i:] {
		b.WriteString(s.text)
	}
	if !addressed {
		return b.String()
	}
	return strings.TrimLeft(b.String(), " \r\n\t\u3000")
}

// render writes a text as the HTML a server sends in status.content.
func (m *Microblog) render(text string, generous bool) string {
	var b strings.Builder
	for _, s := range m.reader(generous).split(text) {
		m.renderSegment(&b, s)
	}
	if b.Len() == 0 {
		return ""
	}
	br := "<br />"
	if m.opts.Flavour == GoToSocial {
		br = "<br>"
	}
	paragraphs := strings.ReplaceAll(b.String(), "\n\n", "</p><p>")
	return "<p>" + strings.ReplaceAll(paragraphs, "\n", br) + "</p>"
}

func (m *Microblog) renderSegment(b *strings.Builder, s segment) {
	switch s.kind {
	case mention:
		b.WriteString(`<span class="h-card" translate="no"><a href="` + html.EscapeString(m.profileURL(s.who)) +
			`" class="u-url mention">@<span>` + html.EscapeString(s.who.handle) + `</span></a></span>`)
	case hashtag:
		closing := ""
		if strings.HasSuffix(s.text, "#") {
			closing = "#"
		}
		name := strings.TrimSuffix(strings.TrimLeft(s.text, "#＃"), "#")
		b.WriteString(`<a href="` + html.EscapeString(m.tagURL(s.tag)) + `" class="mention hashtag" rel="tag">#<span>` +
			html.EscapeString(name) + `</span></a>` + closing)
	case link:
		renderLink(b, s.text)
	default:
		b.WriteString(html.EscapeString(strings.ReplaceAll(s.text, "\r\n", "\n")))
	}
}

// renderLink hides the scheme and what exceeds 30 characters in "invisible" spans, as
// Mastodon does: a client must keep the hidden text.
func renderLink(b *strings.Builder, u string) {
	scheme, rest, _ := strings.Cut(u, "://")
	shown, hidden, class := rest, "", ""
	if len(rest) > 30 {
		shown, hidden, class = rest[:30], rest[30:], "ellipsis"
	}
	b.WriteString(`<a href="` + html.EscapeString(u) + `" target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">` +
		scheme + `://</span><span class="` + class + `">` + html.EscapeString(shown) + `</span><span class="invisible">` +
		html.EscapeString(hidden) + `</span></a>`)
}

func (m *Microblog) profileURL(a *account) string {
	return m.opts.BaseURL + "/@" + url.PathEscape(a.handle)
}

func (m *Microblog) statusURL(s *status) string { return m.profileURL(s.author) + "/" + s.id }

func (m *Microblog) tagURL(tag string) string { return m.opts.BaseURL + "/tags/" + url.PathEscape(tag) }
