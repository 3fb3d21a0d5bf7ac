package handoff

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

//go:embed clue.html
var pageText string

// Fact is one line of a package, in words.
type Fact struct{ Name, Value string }

// Facts are the lines of a package that are no indicators; of one that was withdrawn, only whose it was and why.
func Facts(h *record.Handoff) []Fact {
	if h.State != record.HandoffWithdrawn {
		return factsOf(h)
	}
	return slices.DeleteFunc(factsOf(h), func(f Fact) bool {
		return !slices.Contains([]string{"移交编号", "修订", "移交单位", "接收单位"}, f.Name) && !strings.HasPrefix(f.Name, "撤回")
	})
}

// factsOf are the lines whatever became of the package.
func factsOf(h *record.Handoff) []Fact {
	p := h.Package
	all := []Fact{
		{"移交编号", h.Code}, {"修订", fmt.Sprint(h.Revision)}, {"移交单位", p.FromUnit}, {"接收单位", p.ToUnit}, {"来源", word(platformWords, p.Platform)}, {"发现时间", clock(p.Heard)},
	}
	for _, f := range []Fact{
		{"举报编号", p.Reference}, {"类别", p.Category}, {"来源等级（志愿者自评）", p.Grade}, {"涉及地区", strings.Join(p.Places, "；")}, {"原帖", p.Post}, {"发帖账号", p.Author}, {"当事人", p.Reporter},
	} {
		if f.Value != "" {
			all = append(all, f)
		}
	}
	if p.Emergency {
		all = append(all, Fact{"紧急", "举报时已按紧急情形处理"})
	}
	for _, e := range p.Evidence {
		all = append(all, Fact{"留存证据 SHA-256", e})
	}
	for _, w := range p.Words {
		all = append(all, Fact{"原话（号码已遮盖）", w})
	}
	for _, n := range h.Notes {
		what := "更正"
		if n.Withdrawn {
			what = "撤回"
		}
		all = append(all, Fact{what + " " + clock(n.At), n.Text})
	}
	return all
}

type pageData struct {
	*record.Handoff
	Withdrawn bool
	Facts     []Fact
	Slips     []Fact
}

// answerWords are the answers on the return slip, in order. They never change.
var answerWords = []Fact{
	{bots.HandoffAccepted, "已接收，由我单位办理"}, {bots.HandoffDuplicate, "重复，我单位已掌握"}, {bots.HandoffNotOurs, "不属我单位管辖"}, {bots.HandoffResult, "办理结果（请写明）"},
}

// Answers are what the other unit can answer, in order: our word, and theirs.
func Answers() []Fact { return slices.Clone(answerWords) }

// page is the package to print, with the return slip.
func page(h *record.Handoff, slip func(as string) string) (File, error) {
	d := pageData{Handoff: h, Withdrawn: h.State == record.HandoffWithdrawn, Facts: Facts(h)}
	for _, a := range answerWords {
		if code := slip(a.Name); code != "" && !d.Withdrawn {
			d.Slips = append(d.Slips, Fact{a.Value, code})
		}
	}
	t, err := template.New("clue").Funcs(template.FuncMap{"kind": KindWord, "role": RoleWord, "said": func(i record.HandoffIndicator) string { return SaidWord(h, i) }}).Parse(pageText)
	if err != nil {
		return File{}, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, d); err != nil {
		return File{}, err
	}
	return File{"clue.html", "text/html; charset=utf-8", b.Bytes()}, nil
}
