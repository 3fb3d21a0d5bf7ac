package mastodon

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plainText turns a post's HTML into the text a reader sees: line breaks kept,
// markup gone, mentions as "@name". A link whose words do not show where it leads
// gets its address behind it in brackets, because that is how people are lured.
func plainText(content string) string {
	w := textWriter{}
	z := html.NewTokenizer(strings.NewReader(content))
	for {
		switch z.Next() {
		case html.ErrorToken: // end of input: the tokenizer is lenient about the rest
			return w.text()
		case html.TextToken:
			w.write(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			w.open(z.Token())
		case html.EndTagToken:
			w.close(z.Token())
		}
	}
}

// textWriter collects text and holds back line breaks until something follows them.
type textWriter struct {
	out    strings.Builder
	breaks int    // pending line breaks
	muted  int    // depth inside script and style
	href   string // of the link being read
	anchor int    // where its words begin in out
}

func (w *textWriter) write(s string) {
	if w.muted > 0 || s == "" {
		return
	}
	if w.out.Len() > 0 && w.breaks > 0 {
		w.out.WriteString(strings.Repeat("\n", min(w.breaks, 2)))
	}
	w.breaks = 0
	w.out.WriteString(s)
}

func (w *textWriter) open(t html.Token) {
	switch t.DataAtom {
	case atom.Script, atom.Style:
		if t.Type == html.StartTagToken {
			w.muted++
		}
	case atom.Br:
		w.breaks++
	case atom.P, atom.Blockquote, atom.Pre, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.breaks = max(w.breaks, 2)
	case atom.Li, atom.Ul, atom.Ol, atom.Div, atom.Tr:
		w.breaks = max(w.breaks, 1)
	case atom.A:
		w.href, w.anchor = attribute(t, "href"), w.out.Len()
	}
}

func (w *textWriter) close(t html.Token) {
	switch t.DataAtom {
	case atom.Script, atom.Style:
		w.muted = max(w.muted-1, 0)
	case atom.P, atom.Blockquote, atom.Pre, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.breaks = max(w.breaks, 2)
	case atom.Li, atom.Ul, atom.Ol, atom.Div, atom.Tr:
		w.breaks = max(w.breaks, 1)
	case atom.A:
		w.endLink()
	}
}

// endLink shows the address unless the words already name its host or are a
// mention or hashtag. The class attribute is not trusted: its author chose it.
func (w *textWriter) endLink() {
	href := w.href
	w.href = ""
	words := strings.TrimSpace(w.out.String()[min(w.anchor, w.out.Len()):])
	u, err := url.Parse(href)
	if err != nil || u.Host == "" || strings.HasPrefix(words, "@") || strings.HasPrefix(words, "#") || strings.Contains(words, u.Host) {
		return
	}
	w.write(" (" + href + ")")
}

func (w *textWriter) text() string { return strings.TrimSpace(w.out.String()) }

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
