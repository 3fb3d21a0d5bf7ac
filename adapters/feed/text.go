package feed

import (
	"strings"

	"golang.org/x/net/html"
)

// maxText bounds the text of one entry in bytes.
const maxText = 64 << 10

// plain is the text of a piece of HTML, a line for each paragraph. What is no HTML stays as it is.
func plain(s string) string {
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "")
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	for hidden := 0; ; {
		switch z.Next() {
		case html.ErrorToken:
			return tidy(b.String())
		case html.TextToken:
			if hidden == 0 {
				b.Write(z.Text()) // entities are resolved
			}
		case html.StartTagToken:
			name, _ := z.TagName()
			hidden += unseen(string(name))
			breakLine(&b, string(name))
		case html.EndTagToken:
			name, _ := z.TagName()
			hidden = max(0, hidden-unseen(string(name)))
			breakLine(&b, string(name))
		case html.SelfClosingTagToken:
			name, _ := z.TagName()
			breakLine(&b, string(name))
		}
	}
}

func unseen(tag string) int {
	if tag == "script" || tag == "style" {
		return 1
	}
	return 0
}

func breakLine(b *strings.Builder, tag string) {
	switch tag {
	case "br", "p", "div", "li", "tr", "blockquote", "h1", "h2", "h3", "h4":
		b.WriteByte('\n')
	}
}

// tidy leaves no empty lines and no space around lines.
func tidy(s string) string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
