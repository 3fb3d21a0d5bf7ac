package discuz

import (
	"regexp"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plain is the text of a post as a reader sees it, and when it was last edited: the board
// writes that into the text, in a line of its own.
func plain(message text) (string, time.Time) {
	var b strings.Builder
	var status strings.Builder
	skip, within := 0, 0 // depth of what is not shown, and of the editor's line
	z := html.NewTokenizer(strings.NewReader(string(message)))
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return tidy(b.String()), editedAt(status.String())
		case html.TextToken:
			if raw := string(z.Text()); within > 0 {
				status.WriteString(raw)
			} else if skip == 0 {
				b.WriteString(html.UnescapeString(raw))
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			t := z.Token()
			skip, within = depth(skip, kind, t.DataAtom == atom.Script || t.DataAtom == atom.Style), depth(within, kind, t.DataAtom == atom.I && (within > 0 || classed(t, "pstatus")))
			if within > 0 {
				status.WriteString(" " + titled(t) + " ")
			} else if skip == 0 && breaks(t.DataAtom, kind) {
				b.WriteString("\n")
			}
		}
	}
}

// depth counts how deep a reader is within elements that matter.
func depth(n int, kind html.TokenType, matters bool) int {
	switch {
	case !matters, kind == html.SelfClosingTagToken:
		return n
	case kind == html.EndTagToken:
		return max(n-1, 0)
	}
	return n + 1
}

func classed(t html.Token, class string) bool {
	for _, a := range t.Attr {
		if a.Key == "class" && a.Val == class {
			return true
		}
	}
	return t.Type == html.EndTagToken
}

func titled(t html.Token) string {
	for _, a := range t.Attr {
		if a.Key == "title" {
			return a.Val
		}
	}
	return ""
}

func breaks(a atom.Atom, kind html.TokenType) bool {
	switch a {
	case atom.Br:
		return true
	case atom.P, atom.Div, atom.Blockquote, atom.Li, atom.Tr, atom.H1, atom.H2, atom.H3:
		return kind == html.EndTagToken
	}
	return false
}

// tidy trims lines and allows one empty line at most.
func tidy(s string) string {
	var out []string
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\u00a0", " "), "\n") {
		line = strings.TrimSpace(line)
		if line == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, line)
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

var editedPattern = regexp.MustCompile(`\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{2}(:\d{2})?`)

// editedAt reads the editor's line, such as "本帖最后由 张三 于 2026-11-22 09:30 编辑". The
// board's zone is taken to be China's.
func editedAt(line string) time.Time {
	found := editedPattern.FindString(line)
	for _, layout := range []string{"2006-1-2 15:04", "2006-1-2 15:04:05"} {
		if t, err := time.ParseInLocation(layout, found, time.FixedZone("CST", 8*60*60)); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
