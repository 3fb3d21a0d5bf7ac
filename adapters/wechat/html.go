package wechat

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	ghtml "github.com/yuin/goldmark/renderer/html"
	gtext "github.com/yuin/goldmark/text"
	gutil "github.com/yuin/goldmark/util"

	"netpatrol/adapters"
)

// articles turns a bulletin's text into what WeChat shows. It is safe for concurrent use.
type articles struct {
	markdown goldmark.Markdown
	policy   *bluemonday.Policy
}

// newArticles sets up a small Markdown: paragraphs, headings, bullets, quotations, strong
// words, rules. There is no HTML in it, no code, no numbered list, no link definition, so
// that a bulletin written as plain text keeps its characters. A line break stays one.
func newArticles() *articles {
	blocks := []gutil.PrioritizedValue{
		gutil.Prioritized(parser.NewThematicBreakParser(), 200), gutil.Prioritized(bullets{parser.NewListParser()}, 300),
		gutil.Prioritized(parser.NewListItemParser(), 400), gutil.Prioritized(parser.NewCodeBlockParser(), 500), gutil.Prioritized(parser.NewATXHeadingParser(), 600),
		gutil.Prioritized(parser.NewBlockquoteParser(), 800), gutil.Prioritized(parser.NewParagraphParser(), 1000),
	}
	inlines := []gutil.PrioritizedValue{
		gutil.Prioritized(parser.NewLinkParser(), 200), gutil.Prioritized(masks{}, 400), gutil.Prioritized(parser.NewEmphasisParser(), 500),
	}
	links := renderer.WithNodeRenderers(gutil.Prioritized(plainLinks{}, 100))
	md := goldmark.New(
		goldmark.WithParser(parser.NewParser(parser.WithBlockParsers(blocks...), parser.WithInlineParsers(inlines...))),
		goldmark.WithRendererOptions(ghtml.WithHardWraps(), links),
	)
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "ul", "ol", "li", "blockquote", "hr", "img")
	p.AllowAttrs("src").OnElements("img")
	p.AllowURLSchemes("http", "https") // the platform's own pictures; no other gets here
	return &articles{md, p}
}

// bullets is goldmark's list without numbers: those are text, for a list would count
// on from one whatever was written ("110. 请拨打").
type bullets struct{ parser.BlockParser }

// Trigger implements goldmark's BlockParser.
func (bullets) Trigger() []byte { return []byte{'-', '+', '*'} }

// masks keeps asterisks and underscores that are no emphasis but hide or join something:
// 138****5678, 李*华, a_b. Only ** with a space, punctuation or a line's end on its outer
// side makes words strong.
type masks struct{}

// Trigger implements goldmark's InlineParser.
func (masks) Trigger() []byte { return []byte{'*', '_'} }

// Parse implements goldmark's InlineParser.
func (masks) Parse(_ ast.Node, block gtext.Reader, _ parser.Context) ast.Node {
	line, at := block.PeekLine()
	run := len(line) - len(bytes.TrimLeft(line, string(line[0])))
	after, _ := utf8.DecodeRune(line[run:])
	if line[0] == '*' && run == 2 && !(wordRune(block.PrecendingCharacter()) && wordRune(after)) {
		return nil
	}
	block.Advance(run)
	return ast.NewTextSegment(at.WithStop(at.Start + run))
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// render returns the article's HTML with the pictures it is given, by name; of others it
// shows the description. WeChat removes scripts, foreign links and foreign pictures itself; they
// never get that far.
func (r *articles) render(markdown string, pictures map[string]string) (string, error) {
	var out bytes.Buffer
	if err := r.markdown.Convert([]byte(markdown), &out); err != nil {
		return "", err
	}
	content := picturePattern.ReplaceAllStringFunc(out.String(), func(tag string) string {
		parts := picturePattern.FindStringSubmatch(tag)
		if link, ok := pictures[html.UnescapeString(parts[1])]; ok {
			return `<img src="` + html.EscapeString(link) + `">`
		}
		return parts[2]
	})
	return strings.TrimSpace(r.policy.Sanitize(content)), nil
}

// picturePattern is a picture as plainLinks writes it.
var picturePattern = regexp.MustCompile(`<img src="([^"]*)" alt="([^"]*)">`)

// named lists the pictures a text shows, by what it calls them.
func (r *articles) named(markdown string) (names []string) {
	source := []byte(markdown)
	_ = ast.Walk(r.markdown.Parser().Parse(gtext.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if i, ok := n.(*ast.Image); ok && entering {
			names = append(names, string(i.Destination))
		}
		return ast.WalkContinue, nil
	})
	return names
}

// degraded names what the text asks for and an article cannot show.
func (r *articles) degraded(markdown string, x adapters.Extras) (out []string) {
	source := []byte(markdown)
	seen := map[string]bool{}
	_ = ast.Walk(r.markdown.Parser().Parse(gtext.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		what := ""
		switch n.Kind() {
		case ast.KindLink:
			what = "link, shown as its address"
		case ast.KindImage:
			if _, ours := x.Picture(string(n.(*ast.Image).Destination)); !ours {
				what = "picture, shown as its description"
			}
		}
		if entering && what != "" && !seen[what] {
			seen[what] = true
			out = append(out, what)
		}
		return ast.WalkContinue, nil
	})
	return out
}

// plainLinks shows a link as its words and its address, for articles link nowhere, and an
// indented line as a line.
type plainLinks struct{}

// RegisterFuncs implements goldmark's NodeRenderer.
func (plainLinks) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindLink, func(w gutil.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			_, _ = w.WriteString(" (" + html.EscapeString(string(n.(*ast.Link).Destination)) + ")")
		}
		return ast.WalkContinue, nil
	})
	// An indented line is a line, not code.
	reg.Register(ast.KindCodeBlock, func(w gutil.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			lines := strings.Split(strings.TrimRight(string(n.Lines().Value(source)), "\n"), "\n")
			_, _ = w.WriteString("<p>" + strings.Join(escaped(lines), "<br>\n") + "</p>\n")
		}
		return ast.WalkSkipChildren, nil
	})
	reg.Register(ast.KindImage, func(w gutil.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			name := string(n.(*ast.Image).Destination)
			_, _ = w.WriteString(`<img src="` + html.EscapeString(name) + `" alt="` + html.EscapeString(description(n, source)) + `">`)
		}
		return ast.WalkSkipChildren, nil
	})
}

// description is what stands between the brackets of a picture.
func description(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := c.(*ast.Text); ok && entering {
			b.Write(t.Value(source))
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

func escaped(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = html.EscapeString(strings.TrimSpace(l))
	}
	return out
}

var (
	breakPattern = regexp.MustCompile(`(?i)<(?:br|/p|/h[1-6]|/li|/blockquote|/section|/div)\b[^>]*>`)
	tagPattern   = regexp.MustCompile(`<[^>]*>`)
)

// words is what a reader sees of an article.
func words(content string) string {
	content = breakPattern.ReplaceAllString(content, "\n")
	return html.UnescapeString(tagPattern.ReplaceAllString(content, ""))
}

// fingerprint compares two articles by their words: the platform rewrites the markup.
func fingerprint(content string) string {
	plain := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' {
			return -1
		}
		return r
	}, words(content))
	sum := sha256.Sum256([]byte(plain))
	return hex.EncodeToString(sum[:16])
}

// holdsCode says whether text holds code as a word of its own: NP-1 is not in NP-12.
func holdsCode(text, code string) bool {
	for rest := text; code != ""; {
		i := strings.Index(rest, code)
		if i < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(rest[:i])
		after, _ := utf8.DecodeRuneInString(rest[i+len(code):])
		if !codeRune(before) && !codeRune(after) {
			return true
		}
		rest = rest[i+len(code):]
	}
	return false
}

// codeRune says whether r could continue a code. Chinese characters do not.
func codeRune(r rune) bool {
	return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-')
}
