package console

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// togetherPage is one decision for many accounts: a bulletin's drafts, or what takes it back, every different text once.
type togetherPage struct {
	view.Sheaf
	Path    string
	Refused map[string]string // why, by draft, of what was decided just now
	Cleared map[string]bool   // drafts that were not ticked in the form before; nil: there was none
	Reason  string            // in the reject box
}

// Ticks says whether a copy is ticked when the page opens: what can leave is, unless the officer left it out before.
func (p togetherPage) Ticks(c view.Copy) bool {
	return c.Ready() && p.Refused[c.Draft.ID] == "" && !p.Cleared[c.Draft.ID]
}

// Tick is a copy as the form names it: exactly as it is shown.
func (togetherPage) Tick(c view.Copy) string {
	return strconv.FormatUint(c.Draft.Version, 10) + ":" + c.Seal() + ":" + c.Draft.ID
}

// Lists are the copies of a letter: those that can leave, and those that cannot.
func (p togetherPage) Lists(l view.Letter) (lists [2][]view.Copy) {
	for _, c := range l.Copies {
		if c.Ready() && p.Refused[c.Draft.ID] == "" {
			lists[0] = append(lists[0], c)
		} else {
			lists[1] = append(lists[1], c)
		}
	}
	return lists
}

// Why says what is not ready about a copy, or why it was refused just now.
func (p togetherPage) Why(c view.Copy) string {
	if said := p.Refused[c.Draft.ID]; said != "" {
		return "刚才没有批准：" + said
	}
	if c.Not != "" {
		return word(notReady, c.Not)
	}
	return word(notReady, c.Waits)
}

// FirstUnready is the first letter with a copy that is not ready.
func (p togetherPage) FirstUnready() int {
	return slices.IndexFunc(p.Letters, func(l view.Letter) bool { return len(p.Lists(l)[1]) > 0 })
}

// Unready is how many copies are not ready.
func (p togetherPage) Unready() (n int) { return p.Awaiting() - p.Offered() }

// Offered is how many copies can leave.
func (p togetherPage) Offered() (n int) {
	for _, l := range p.Letters {
		n += len(p.Lists(l)[0])
	}
	return n
}

// Decidable says whether this officer can approve anything that stands here.
func (p togetherPage) Decidable() bool {
	return slices.ContainsFunc(p.Letters, func(l view.Letter) bool {
		return slices.ContainsFunc(l.Copies, func(c view.Copy) bool { return c.Not == "" })
	})
}

// Nobody says who decides, to an officer who cannot.
func (p togetherPage) Nobody() string {
	if len(p.Letters) == 0 {
		return ""
	}
	return word(notReady, p.Letters[0].Copies[0].Not)
}

// Shows is what readers would see of a copy, when that is not its text as it stands.
func (togetherPage) Shows(c view.Copy) string {
	if len(c.Preview.Parts) != 1 || c.Preview.Parts[0] == c.Draft.Text {
		return ""
	}
	return c.Preview.Parts[0]
}

// notReady is why a copy cannot be approved, or would not leave.
var notReady = map[string]string{
	"role": "须由审核人员批准。", "two-people": "里面有您写的话，须由另一位同事批准。", "expired": "已经过期，须重新起草。", "slot-passed": "时段已经过去，须改到另一个时段。",
	"halted": "已停发：批准以后先排队，恢复后再发。", "observe": "这个账号处于观察模式：批准以后会暂缓，不会发出。", "suspect": "这个账号的身份存疑：批准以后会暂缓，不会发出。",
	"too-long": "超出平台允许的长度，平台会拒绝。请退回改短。", "plan": "平台不会按这段原文发成一条。请退回修改。",
}

func togetherPath(bulletin string, taking bool) string {
	if taking {
		return "/together/" + url.PathEscape(bulletin) + "/withdrawal"
	}
	return "/together/" + url.PathEscape(bulletin)
}

func (c *Console) togetherPage(v *visit) (p togetherPage, err error) {
	if err := may(v, bots.KindDraft); err != nil {
		return p, err
	}
	taking := strings.Contains(v.r.URL.Path, "/withdrawal")
	p.Path = togetherPath(v.id(), taking)
	p.Sheaf, err = view.SheafOf(v.ctx(), c.desk, c.station, v.officer, v.id(), taking, v.now)
	return p, err
}

func (c *Console) together(v *visit) error {
	p, err := c.togetherPage(v)
	if err != nil {
		return err
	}
	return c.showTogether(v, http.StatusOK, nil, p)
}

func (c *Console) showTogether(v *visit, status int, n *notice, p togetherPage) error {
	title := "一起审批"
	if p.Taking {
		title = "一起审批撤回"
	}
	return c.showAs(v, status, "together", title, "drafts", n, p)
}

// ticked reads what the form ticks, each as it was shown.
func (v *visit) ticked() (all []view.Ticked) {
	for _, raw := range v.r.PostForm["tick"] {
		version, rest, _ := strings.Cut(raw, ":")
		seal, draft, _ := strings.Cut(rest, ":")
		n, _ := strconv.ParseUint(version, 10, 64) // what cannot be read was not shown: 0 is refused
		all = append(all, view.Ticked{Draft: draft, Seen: n, Seal: seal})
	}
	return all
}

// keep puts an officer's ticks and words back into the page.
func (p *togetherPage) keep(v *visit, ticked []view.Ticked) {
	p.Cleared, p.Reason = map[string]bool{}, v.value("reason")
	for _, l := range p.Letters {
		for _, c := range l.Copies {
			p.Cleared[c.Draft.ID] = !slices.ContainsFunc(ticked, func(t view.Ticked) bool { return t.Draft == c.Draft.ID })
		}
	}
}

func (c *Console) approveTogether(v *visit) error {
	return c.decideTogether(v, "已批准", func(p togetherPage, ticked []view.Ticked) (all []bots.Decision, problem string, err error) {
		if v.value("sure") == "" {
			return nil, "请先勾选“上面的原文都看过了”。", nil
		}
		all, err = p.Approvals(ticked)
		return all, "", err
	})
}

func (c *Console) returnTogether(v *visit) error {
	return c.decideTogether(v, "已退回", func(p togetherPage, ticked []view.Ticked) (all []bots.Decision, problem string, err error) {
		if v.value("reason") == "" {
			return nil, "请写明退回的理由，起草的同事会看到。", nil
		}
		if all, err = p.Approvals(ticked); err != nil {
			return nil, "", err
		}
		for i := range all {
			all[i].Verb, all[i].Reason, all[i].Fields = bots.Reject, v.value("reason"), nil
		}
		return all, "", nil
	})
}

// decideTogether makes one decision for each account that is ticked. What is refused is named, with the reason; the
// rest goes through.
func (c *Console) decideTogether(v *visit, did string, decisions func(togetherPage, []view.Ticked) ([]bots.Decision, string, error)) error {
	p, err := c.togetherPage(v)
	if err != nil {
		return err
	}
	ticked := v.ticked()
	p.keep(v, ticked)
	all, problem, err := decisions(p, ticked)
	if refused := (*record.Refusal)(nil); errors.As(err, &refused) {
		return c.showTogether(v, http.StatusConflict, &notice{Text: sentence(bots.Approve, refused.Code, ""), Bad: true}, p)
	}
	if err != nil {
		return err
	}
	if problem = cmp.Or(problem, none(all)); problem != "" {
		return c.showTogether(v, http.StatusUnprocessableEntity, &notice{Text: problem, Bad: true}, p)
	}
	return c.decidedTogether(v, did, all, c.submitAll(v, all))
}

func none(all []bots.Decision) string {
	if len(all) == 0 {
		return "请至少勾选一个账号。"
	}
	return ""
}

// submitAll hands decisions in side by side, so that one that waits keeps none of the others waiting. The answers are in their order.
func (c *Console) submitAll(v *visit, all []bots.Decision) []answer {
	answers := make([]answer, len(all))
	var wg sync.WaitGroup
	for i, d := range all {
		wg.Go(func() {
			one := *v
			one.nonce = v.nonce + "/" + d.On.ID
			a, err := c.submit(&one, d)
			if err != nil {
				c.log.Error("a decision among many could not be made", "draft", d.On.ID, "err", err)
				a = answer{refused: notTaken}
			}
			answers[i] = a
		})
	}
	wg.Wait()
	return answers
}

func (c *Console) decidedTogether(v *visit, did string, all []bots.Decision, answers []answer) error {
	done, later, refused := 0, 0, map[string]string{}
	for i, a := range answers {
		switch {
		case a.refused != "":
			refused[all[i].On.ID] = a.refused
		case a.later != nil:
			later++
		default:
			done++
		}
	}
	n := notice{Text: fmt.Sprintf("%d 个账号%s，每个账号各记一份。", done, did), Bad: len(refused) > 0}
	if later > 0 {
		n.Text += fmt.Sprintf("%d 个已收下，系统正在处理，不会丢，也不会重复执行。", later)
	}
	if len(refused) == 0 {
		c.say(v, n)
		return v.to("/bulletins/" + url.PathEscape(v.id()))
	}
	p, err := c.togetherPage(v)
	if err != nil {
		return err
	}
	n.Text += fmt.Sprintf("%d 个没有：%s。原因写在各账号后面。", len(refused), p.named(refused))
	p.Refused, p.Reason = refused, v.value("reason")
	return c.showTogether(v, http.StatusConflict, &n, p)
}

// named are the accounts of drafts, in their order.
func (p togetherPage) named(drafts map[string]string) string {
	var accounts []string
	for _, l := range append(slices.Clone(p.Letters), view.Letter{Copies: p.Settled}) {
		for _, c := range l.Copies {
			if drafts[c.Draft.ID] != "" {
				accounts = append(accounts, c.Draft.Account)
			}
		}
	}
	return strings.Join(accounts, "、")
}

// foldedDraft is a row of drafts: one draft, or those of one bulletin that are decided together.
type foldedDraft struct {
	*bots.Draft
	Of   int // how many; 1: a draft alone
	Path string
}

// fold puts drafts of one bulletin in one row, at the place of the first.
func fold(drafts []*bots.Draft) (rows []foldedDraft) {
	at := map[string]int{}
	for _, d := range drafts {
		path := sheafPath(d)
		if i, ok := at[path]; ok && path != "" {
			rows[i].Of, rows[i].Path = rows[i].Of+1, path
			continue
		}
		at[path] = len(rows)
		rows = append(rows, alone(d))
	}
	return rows
}

// alone is the row of a draft that stands for itself.
func alone(d *bots.Draft) foldedDraft { return foldedDraft{d, 1, draftPath(d.ID)} }

// sheafPath is where a draft stands together with those for other accounts; empty: nowhere.
func sheafPath(d *bots.Draft) string {
	if d.State != bots.DraftAwaiting || d.About.Kind != bots.KindBulletin || d.Purpose != bots.ForBulletin && d.Purpose != bots.ForWithdrawal {
		return ""
	}
	return togetherPath(d.About.ID, d.Purpose == bots.ForWithdrawal)
}

// Together is where this draft is decided together with those for other accounts; empty: there are no others.
func (d *draftPage) Together() string {
	b := d.Bulletin
	if b == nil || d.Draft.Purpose == bots.ForWithdrawal && len(b.Withdrawals) < 2 || d.Draft.Purpose != bots.ForWithdrawal && len(b.Drafts) < 2 {
		return ""
	}
	return sheafPath(d.Draft)
}

// Together is where the bulletin's drafts that await a decision are decided at once; empty: fewer than two do.
func (b bulletinPage) Together() string { return togetherOf(b.ID, false, b.matters()) }

// TakingTogether is the same for taking it back.
func (b bulletinPage) TakingTogether() string { return togetherOf(b.ID, true, b.Taking) }

func (b bulletinPage) matters() (all []*view.Matter) {
	for _, s := range b.Sends {
		all = append(all, s.Matter)
	}
	return all
}

func togetherOf(bulletin string, taking bool, all []*view.Matter) string {
	n := 0
	for _, m := range all {
		if m.Draft.State == bots.DraftAwaiting {
			n++
		}
	}
	if n < 2 {
		return ""
	}
	return togetherPath(bulletin, taking)
}
