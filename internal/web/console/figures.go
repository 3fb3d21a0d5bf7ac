package console

import (
	"encoding/csv"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/web/view"
)

// figuresPage are counts of a period, and the form that asks for another.
type figuresPage struct {
	*view.Figures
	Wrong string       // why the days were not taken
	Sheet template.URL // the same as a file for a spreadsheet
}

// First and Final are the days of the period, as a form has them.
func (p figuresPage) First() string { return p.From.In(beijing).Format(time.DateOnly) }
func (p figuresPage) Final() string { return p.Last().Format(time.DateOnly) }

// Earlier is what it is compared with.
func (p figuresPage) Earlier() string {
	return p.Before().In(beijing).Format(time.DateOnly) + " 至 " + p.From.AddDate(0, 0, -1).In(beijing).Format(time.DateOnly)
}

// Rows are everything that is counted of all accounts.
func (p figuresPage) Rows() (rows []countRow) {
	for _, m := range view.Everything() {
		r := countRow{Name: countedWords[m], Now: figureWord(p.Whole.Now, m), Before: figureWord(p.Whole.Before, m), Change: "—"}
		if percent, ok := p.Whole.Change(m); ok {
			r.Change = fmt.Sprintf("%+d%%", percent)
		}
		rows = append(rows, r)
	}
	return rows
}

// countRow is one figure in words.
type countRow struct{ Name, Now, Before, Change string }

// figureWord is a number, or a length of time.
func figureWord(n map[view.Counted]int, m view.Counted) string {
	if m == view.HalfWithin || m == view.MostWithin {
		if n[m] == 0 {
			return "—"
		}
		return span(time.Duration(n[m]) * time.Second)
	}
	return fmt.Sprint(n[m])
}

// Columns are what is shown of each unit and account; the file has everything.
func (figuresPage) Columns() []view.Counted {
	return []view.Counted{view.Bulletins, view.Reports, view.AnswersSent, view.MissedPromise, view.Clues, view.WarningsSent, view.PostsRemoved, view.HandoffsMade}
}

// Word names what is counted.
func (figuresPage) Word(m view.Counted) string { return countedWords[m] }

var countedWords = map[view.Counted]string{
	view.Bulletins: "发布通报", view.Reports: "群众举报", view.Emergencies: "其中紧急", view.AnswersSent: "答复群众", view.Clues: "发现线索", view.Clusters: "同源",
	view.WarningsProposed: "拟私信警示", view.WarningsApproved: "批准警示", view.WarningsRejected: "退回警示", view.WarningsSent: "送达警示", view.PostsRemoved: "警示后删帖",
	view.Flags: "举报给版主", view.HandoffsMade: "移交", view.HandoffsAnswered: "移交已答复", view.Asked: "发整改函", view.PutRight: "已整改",
	view.Waited: "等候民警答复", view.MissedPromise: "超时", view.HalfWithin: "一半的人等了不超过", view.MostWithin: "九成的人等了不超过",
}

// asked reads the period from the address; wrong days fall back to the month so far.
func (c *Console) asked(v *visit) (p view.Period, wrong string, err error) {
	q := v.r.URL.Query()
	p, err = view.PeriodOf(q.Get("from"), q.Get("to"), v.now)
	if bad := new(view.PeriodError); errors.As(err, &bad) {
		wrong = "日期不对：请先填开始的日期，再填不早于它的截止日期，前后不超过366天。下面是本月的数字。"
		p, err = view.PeriodOf("", "", v.now)
	}
	p.Name, p.Compared = excerpt(q.Get("name"), 40), q.Get("before") != ""
	return p, wrong, err
}

func (c *Console) figuresPage(v *visit) error {
	f, wrong, err := c.figures(v)
	if err != nil {
		return err
	}
	p := figuresPage{Figures: f, Wrong: wrong}
	q := url.Values{"from": {p.First()}, "to": {p.Final()}}
	if f.Compared {
		q.Set("before", "1")
	}
	p.Sheet = template.URL("/figures.csv?" + q.Encode())
	return c.show(v, "figures", "统计", "figures", p)
}

func (c *Console) figures(v *visit) (*view.Figures, string, error) {
	if err := may(v, bots.KindWait); err != nil {
		return nil, "", err
	}
	p, wrong, err := c.asked(v)
	if err != nil {
		return nil, "", err
	}
	f, err := view.FiguresOf(v.ctx(), c.desk, p, v.now)
	return f, wrong, err
}

// figuresFile is the same for a spreadsheet, with the mark by which one reads it as UTF-8.
func (c *Console) figuresFile(v *visit) error {
	f, _, err := c.figures(v)
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="figures-`+f.From.In(beijing).Format("20060102")+"-"+f.Last().Format("20060102")+`.csv"`)
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write([]byte("\uFEFF")) // the reader has gone; there is nobody to tell
	_ = csv.NewWriter(v.w).WriteAll(f.Table([5]string{"单位", "账号", "项目（时间以秒计）", "本期", "上期"}, func(m view.Counted) string { return countedWords[m] }))
	return nil
}
