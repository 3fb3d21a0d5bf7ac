package console

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// tasksPage lists what officers are asked to post, the most pressing first.
type tasksPage struct {
	Tasks []task
	Notes bool // there is an account on which what people say must be entered
}

// task is one send by hand.
type task struct {
	*record.Item
	Approval *record.Approval
	Proof    proof // as typed, when it was refused
	Refused  bool
	Shots    bool // screenshots can be kept
	Unit     string
	Answers  answers // as given, when they were refused
}

// proof is what an officer typed into the form.
type proof struct{ Link, Text, Reason string }

// Late says whether the deadline has passed.
func (t task) Late(now time.Time) bool { return !now.Before(t.Hand.Deadline) }

// Standing names the template whose standing approval covers the text.
func (t task) Standing() string {
	if t.Approval == nil {
		return ""
	}
	return t.Approval.Standing
}

// Attends says whether the officer has to look at a post before taking the task.
func (t task) Attends() bool { return t.Purpose == bots.ForWarning && t.NotLooked == "" }

func (c *Console) tasks(v *visit) error {
	if err := may(v, record.KindItem); err != nil {
		return err
	}
	p := tasksPage{}
	var err error
	if p.Tasks, err = c.waitingTasks(v); err != nil {
		return err
	}
	accounts, err := c.byHand(v)
	if err != nil {
		return err
	}
	p.Notes = len(accounts) > 0
	return c.show(v, "tasks", "人工代发", "by-hand", p)
}

// waitingTasks are what waits to be posted, the most pressing first.
func (c *Console) waitingTasks(v *visit) (tasks []task, err error) {
	items, err := view.List[record.Item](v.ctx(), c.desk, record.Query{State: record.ItemByHand, Limit: perPage})
	if err != nil {
		return nil, err
	}
	for _, i := range view.Seen(v.officer, items) {
		if i.Hand != nil {
			tasks = append(tasks, task{Item: i})
		}
	}
	slices.SortStableFunc(tasks, func(a, b task) int { return a.Hand.Deadline.Compare(b.Hand.Deadline) })
	return tasks, nil
}

func (c *Console) task(v *visit) error { return c.showTask(v, http.StatusOK, nil, task{}) }

// showTask shows a task with what was typed into its forms.
func (c *Console) showTask(v *visit, status int, n *notice, t task) error {
	if err := may(v, record.KindItem); err != nil {
		return err
	}
	i, err := record.Fetch[record.Item](v.ctx(), c.desk, v.id())
	if err != nil {
		return err
	}
	if !view.Sees(v.officer, i) {
		return errNotYours
	}
	if i.Hand == nil {
		return v.to(itemPath(v))
	}
	t.Item, t.Shots = i, c.station.Attach != nil
	if t.Unit, err = c.speaker(v, i.Account); err != nil {
		return err
	}
	if t.Approval, err = record.Fetch[record.Approval](v.ctx(), c.desk, i.Approval); err != nil && !errors.Is(err, record.ErrNotFound) {
		return err
	}
	if i.Withdraws != "" {
		return c.showTakedown(v, status, n, t)
	}
	return c.showAs(v, status, "task", "人工代发 · "+i.Code, "by-hand", n, t)
}

func taskPath(v *visit) string { return "/by-hand/" + url.PathEscape(v.id()) }

// onTask submits one decision on a task and comes back to it.
func (c *Console) onTask(v *visit, verb bots.Verb, fields map[string]string, done string) error {
	d := bots.Decision{Verb: verb, On: on(record.KindItem, v.id()), Seen: v.seen(), Reason: v.value("reason"), Fields: fields}
	return c.decide(v, d, taskPath(v), taskPath(v), done)
}

func (c *Console) takeTask(v *visit) error {
	done := "已由您接手。请复制全文，到平台发布，再回来粘贴链接和文字。"
	if v.value("takedown") != "" {
		done = "已由您接手。请到平台删除，再回来登记。"
	}
	return c.onTask(v, bots.TakeHand, map[string]string{"looked": v.value("looked")}, done)
}

func (c *Console) giveTask(v *visit) error {
	return c.onTask(v, bots.GiveHand, nil, "已交还，其他同事可以接手。")
}

func (c *Console) confirmTask(v *visit) error {
	return c.onTask(v, bots.ConfirmHand, nil, "已确认，按“有改动”记录在案。")
}

func (c *Console) closeTask(v *visit) error {
	return c.onTask(v, bots.CloseHand, nil, "已记为不再代发。")
}

// proveTask keeps what was typed when a guard refuses it.
func (c *Console) proveTask(v *visit) error {
	typed := proof{Link: v.value("link"), Text: v.value("text"), Reason: v.value("reason")}
	d := bots.Decision{
		Verb: bots.ProveHand, On: on(record.KindItem, v.id()), Seen: v.seen(), Reason: typed.Reason,
		Fields: map[string]string{"link": typed.Link, "text": typed.Text},
	}
	a, err := c.submit(v, d)
	if err != nil {
		return err
	}
	if a.refused != "" {
		return c.showTask(v, http.StatusUnprocessableEntity, &notice{Text: a.refused, Bad: true}, task{Proof: typed, Refused: true})
	}
	done := "已登记，与审批一致，记为送达。"
	switch {
	case strings.TrimSpace(typed.Text) == "":
		done = "已登记。只有截图，尚未核实；另一位同事对照之后才算送达。"
	case typed.Reason != "":
		done = "已登记。"
	}
	return c.done(v, a, taskPath(v), notice{Text: done})
}

// attachShot keeps a screenshot of what was posted.
func (c *Console) attachShot(v *visit) error {
	file, _, err := v.r.FormFile("shot")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return c.showTask(v, http.StatusUnprocessableEntity, &notice{Text: "请先选择一张截图。", Bad: true}, task{})
	}
	if err != nil {
		return fmt.Errorf("read an uploaded screenshot: %w", err)
	}
	defer file.Close()
	err = c.station.Attach(v.ctx(), v.officer.ID, v.id(), file)
	var refused *record.Refusal
	if errors.As(err, &refused) {
		return c.showTask(v, http.StatusUnprocessableEntity, &notice{Text: sentence("attach", refused.Code, refused.Message), Bad: true}, task{})
	}
	if err != nil {
		return err
	}
	c.say(v, notice{Text: "截图已保存，谁看过都有记录。"})
	return v.to(taskPath(v))
}

// notePage keeps what an officer had typed.
type notePage struct {
	Accounts                        []*bots.Account
	Account, Kind, From, Text, Link string
}

// byHand lists the accounts on which officers enter what people say.
func (c *Console) byHand(v *visit) ([]*bots.Account, error) {
	all, err := view.List[bots.Account](v.ctx(), c.desk, record.Query{Limit: 1000})
	return slices.DeleteFunc(all, func(a *bots.Account) bool { return !a.ByHand }), err
}

func (c *Console) noteForm(v *visit) error {
	return c.showNote(v, http.StatusOK, nil, notePage{Kind: "post"})
}

func (c *Console) showNote(v *visit, status int, n *notice, p notePage) (err error) {
	if err := may(v, bots.KindReport); err != nil {
		return err
	}
	if p.Accounts, err = c.byHand(v); err != nil {
		return err
	}
	return c.showAs(v, status, "note", "登记见闻", "by-hand", n, p)
}

// note enters what an officer read. What a guard refuses stays in the form.
func (c *Console) note(v *visit) error {
	p := notePage{Account: v.value("account"), Kind: v.value("kind"), From: v.value("from"), Text: v.value("text"), Link: v.value("link")}
	d := bots.Decision{
		Verb: bots.NoteHeard, On: on(bots.KindAccount, p.Account),
		Fields: map[string]string{"kind": p.Kind, "from": p.From, "text": p.Text, "link": p.Link},
	}
	a, err := c.submit(v, d)
	if err != nil {
		return err
	}
	if a.refused != "" {
		return c.showNote(v, http.StatusUnprocessableEntity, &notice{Text: a.refused, Bad: true}, p)
	}
	return c.done(v, a, "/by-hand/note", notice{Text: "已登记，按平台上听到的一样处理。"})
}

// lookBack says what became of a warned post that only people can see.
func (c *Console) lookBack(v *visit) error {
	w, err := record.Fetch[bots.Warning](v.ctx(), c.desk, v.id())
	if err != nil {
		return err
	}
	d := bots.Decision{Verb: bots.LookBack, On: on(bots.KindWarning, v.id()), Seen: v.seen(), Fields: map[string]string{"as": v.value("as")}}
	return c.decide(v, d, cluePath(w.Clue), cluePath(w.Clue), "已登记："+stateWord(v.value("as"))+"。")
}
