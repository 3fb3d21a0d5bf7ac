package templates

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"
)

// compile parses a template with the parts of its language and checks what it uses.
func compile(src *source, parts []*source) (*text, []error) {
	t := &text{source: src}
	root := template.New(src.file).Option("missingkey=error")
	for _, p := range parts {
		part, err := root.New(p.name).Parse(padded(p))
		if err != nil {
			return t, []error{placed(p, err)}
		}
		trim(part.Tree.Root)
	}
	tmpl, err := root.Parse(padded(src))
	if err != nil {
		return t, []error{placed(src, err)}
	}
	t.tmpl = tmpl
	w := walker{src: src, root: tmpl, seen: map[string]bool{}}
	w.walk(tmpl.Tree.Root)
	slices.Sort(w.used)
	t.used = slices.Compact(w.used)
	return t, w.faults
}

// padded puts the body at the line it has in its file, so that errors name the right one.
func padded(s *source) string {
	return strings.Repeat("\n", s.bodyLine-1) + s.body
}

// trim drops the padding of a part, which would leave empty lines where it is included.
func trim(l *parse.ListNode) {
	if len(l.Nodes) == 0 {
		return
	}
	if first, ok := l.Nodes[0].(*parse.TextNode); ok {
		first.Text = bytes.TrimLeft(first.Text, "\n")
	}
	if last, ok := l.Nodes[len(l.Nodes)-1].(*parse.TextNode); ok {
		last.Text = bytes.TrimRight(last.Text, "\n")
	}
}

var errorPlace = regexp.MustCompile(`^template: [^:]+:(\d+)(?::\d+)?: `)

// placed turns an error of text/template into a Fault.
func placed(s *source, err error) error {
	msg, line := err.Error(), 0
	if m := errorPlace.FindStringSubmatch(msg); m != nil {
		line, _ = strconv.Atoi(m[1])
		msg = msg[len(m[0]):]
	}
	return s.fault(line, msg, "compare with the embedded text of this name")
}

// walker looks at every action of a template. Only variables, if and included parts are
// allowed: then what a template uses is known without running it.
type walker struct {
	src    *source
	root   *template.Template
	used   []string
	seen   map[string]bool // parts
	faults []error
}

func (w *walker) walk(n parse.Node) {
	switch n := n.(type) {
	case *parse.ListNode:
		for _, child := range n.Nodes {
			w.walk(child)
		}
	case *parse.TextNode, *parse.CommentNode:
	case *parse.ActionNode:
		w.variable(n.Pipe, n.Position())
	case *parse.IfNode:
		w.variable(n.Pipe, n.Position())
		w.walk(n.List)
		if n.ElseList != nil {
			w.walk(n.ElseList)
		}
	case *parse.TemplateNode:
		w.part(n)
	default:
		w.refuse(n.Position(), fmt.Sprintf("%q is not allowed", n), "use only {{.Name}}, {{if .Name}} … {{else}} … {{end}} and {{template \"identity\" .}}")
	}
}

func (w *walker) variable(p *parse.PipeNode, at parse.Pos) {
	var field *parse.FieldNode
	if len(p.Decl) == 0 && len(p.Cmds) == 1 && len(p.Cmds[0].Args) == 1 {
		field, _ = p.Cmds[0].Args[0].(*parse.FieldNode)
	}
	if field == nil || len(field.Ident) != 1 {
		w.refuse(at, fmt.Sprintf("{{%s}} is not a plain variable", p), "write {{.Name}}")
		return
	}
	name := field.Ident[0]
	if !slices.Contains(w.src.variables(), name) {
		w.refuse(at, fmt.Sprintf("variable %s is not declared", name), "use one of "+strings.Join(w.src.variables(), ", ")+", or list it under vars if the bot supplies it")
		return
	}
	w.used = append(w.used, name)
}

func (w *walker) part(n *parse.TemplateNode) {
	p := w.root.Lookup(n.Name)
	if p == nil || p.Tree == nil || n.Pipe == nil || n.Pipe.String() != "." {
		w.refuse(n.Position(), fmt.Sprintf("there is no part %q in %s", n.Name, w.src.language), `write {{template "identity" .}}`)
		return
	}
	if !w.seen[n.Name] {
		w.seen[n.Name] = true
		w.walk(p.Tree.Root)
	}
}

func (w *walker) refuse(at parse.Pos, problem, mend string) {
	text := padded(w.src)
	line := 1 + strings.Count(text[:min(int(at), len(text))], "\n")
	w.faults = append(w.faults, w.src.fault(line, problem, mend))
}

// rehearse executes the template with sample values, with and without what is optional,
// and refuses a text nobody could check.
func (t *text) rehearse() (faults []error) {
	passed := map[string]bool{} // by the linter
	for _, automatic := range []string{"true", ""} {
		for _, full := range []bool{true, false} {
			vars := t.sample(automatic, full)
			out, err := t.execute(vars)
			if err != nil {
				return []error{placed(t.source, err)}
			}
			missing := unidentified(t.language, out, vars)
			if missing != "" { // promise 7
				return []error{t.fault(t.bodyLine, missing, `end the text with {{template "identity" .}}`)}
			}
			if passed[out] {
				continue
			}
			for _, f := range lintWords(out) {
				return []error{t.fault(t.bodyLine, fmt.Sprintf("the linter refuses %q: %s", out[f.Start:f.End], f.Message), "reword it")}
			}
			passed[out] = true
		}
	}
	return nil
}

// sample values stand out, so that their place in the text can be found.
func (t *text) sample(automatic string, full bool) map[string]string {
	vars := map[string]string{"Unit": "⟦Unit⟧", "Code": "⟦Code⟧", "Automatic": automatic}
	given := t.required
	if full {
		given = slices.Concat(t.required, t.optional)
	}
	for _, v := range given {
		vars[v] = "⟦" + v + "⟧"
	}
	return vars
}

// words that tell a code from another number, and an automatic message from a person's, where
// we can read the language. Elsewhere only unit, code and numbers are looked for.
func identityWords(language string) (code, automatic, search string) {
	switch {
	case strings.HasPrefix(language, "zh-Hant"):
		return "核對碼", "自動", "搜"
	case strings.HasPrefix(language, "zh"):
		return "核对码", "自动", "搜索"
	case strings.HasPrefix(language, "en"):
		return "check code", "automatic", "search"
	}
	return "", "", ""
}

// unidentified says what a rendered sample lacks: the unit, that it is automatic, the code,
// and how to check it without a link.
func unidentified(language, out string, vars map[string]string) string {
	code, automatic, search := identityWords(language)
	lower := strings.ToLower(out)
	has := func(what string) bool { return strings.Contains(lower, strings.ToLower(what)) }
	switch {
	case !has(vars["Unit"]):
		return "the text does not name the unit"
	case !has(vars["Code"]) || !has(code):
		return "the text does not carry the code"
	case !has("110") || !has("96110") || !has(search):
		return "the text does not say how to check the code: call 110 or 96110, or search for the account"
	case vars["Automatic"] != "" && !has(automatic):
		return "the text does not say that it is automatic"
	case vars["Automatic"] == "" && automatic != "" && has(automatic):
		return "the text says it is automatic when it is not"
	case len(findLinks(out)) > 0:
		return "the text carries a link, and checking must never need one"
	}
	return ""
}
