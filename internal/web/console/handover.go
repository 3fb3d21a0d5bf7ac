package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// handOversPage is what is open now, and the sheets by which it went from officer to officer.
type handOversPage struct {
	Open     []openShown
	Sheets   []*record.HandOver
	Officers []*record.Officer
	Typed    handOverForm
}

// handOverForm is what an officer typed.
type handOverForm struct{ From, To, Notes string }

// handOverPage is one sheet.
type handOverPage struct {
	*record.HandOver
	Items []openShown
	Done  int // of them, by now
}

// openShown is an open item in words.
type openShown struct {
	record.OpenItem
	Word  string
	Why   string      // of an alarm
	About bots.Target // where it is dealt with
	Done  bool        // it is not open any more
}

// Rung says whether it is an alarm, which has no deadline but a moment at which it rang.
func (o openShown) Rung() bool { return o.What == record.PendingAlarm }

// Late says whether its deadline has passed.
func (o openShown) Late(now time.Time) bool {
	return !o.Done && !o.Rung() && !o.Due.IsZero() && now.After(o.Due)
}

var pendingWords = map[string]string{
	record.PendingReport: "举报待答复", record.PendingTalk: "来信待答复", record.PendingApproval: "待审批", record.PendingPackage: "移交待批准",
	record.PendingHeld: "暂缓发送", record.PendingUnknown: "发送结果不明", record.PendingByHand: "人工代发", record.PendingAppeal: "异议待复核",
	record.PendingHandoff: "移交待对方答复", record.PendingReceived: "收到的移交待答复", record.PendingRectification: "约谈整改", record.PendingAlarm: "提醒未知悉",
}

var handOverWords = map[string]string{
	record.HandOverDrawn: "等交班人签字", record.HandOverLeft: "等接班人签字", record.HandOverTaken: "双方已签字", record.HandOverReplaced: "已作废，另开了一张",
}

func handOverWord(state string) string { return word(handOverWords, state) }

const shownSheets = 50

func (c *Console) handOvers(v *visit) error {
	return c.showHandOvers(v, http.StatusOK, nil, handOverForm{})
}

func (c *Console) showHandOvers(v *visit, status int, n *notice, typed handOverForm) (err error) {
	if err := may(v, bots.KindHandOver); err != nil {
		return err
	}
	p := handOversPage{Typed: typed}
	open, err := record.ListOpen(record.Reading(v.ctx(), c.desk))
	if err != nil {
		return err
	}
	if p.Open, err = c.openItems(v, open, nil); err != nil {
		return err
	}
	if p.Sheets, err = view.List[record.HandOver](v.ctx(), c.desk, record.Query{Newest: true, Limit: shownSheets}); err != nil {
		return err
	}
	if p.Officers, err = c.colleagues(v); err != nil {
		return err
	}
	p.Officers = slices.DeleteFunc(p.Officers, func(o *record.Officer) bool { return !o.Is(record.Duty, record.Approver) })
	if typed == (handOverForm{}) {
		p.Typed.From = v.officer.ID
		if p.Typed.To, err = c.next(v); err != nil {
			return err
		}
	}
	return c.showAs(v, status, "handovers", "交接班", "duty", n, p)
}

// next is who comes on duty after this officer, as far as the rota tells.
func (c *Console) next(v *visit) (string, error) {
	rota, err := view.RotaOf(v.ctx(), c.desk, c.station.Duty)
	if err != nil {
		return "", err
	}
	for _, s := range rota.Between(record.Levels()[0], v.now, v.now.AddDate(0, 0, 7)) {
		for _, o := range s.Who {
			if o.Officer != v.officer.ID {
				return o.Officer, nil
			}
		}
	}
	return "", nil
}

// openItems puts open items in words. still is what is open now; nil: all of them are.
func (c *Console) openItems(v *visit, open []record.OpenItem, still map[bots.Target]bool) ([]openShown, error) {
	all := make([]openShown, 0, len(open))
	for _, i := range open {
		o := openShown{OpenItem: i, Word: word(pendingWords, i.What), About: i.On, Done: still != nil && !still[i.On]}
		if i.What == record.PendingAlarm {
			a, err := record.Fetch[record.Alarm](v.ctx(), c.desk, i.On.ID)
			if err != nil && !errors.Is(err, record.ErrNotFound) {
				return nil, err
			}
			if err == nil && !a.Erased {
				o.Why, o.About = a.Why, a.About
			}
		}
		all = append(all, o)
	}
	return all, nil
}

func (c *Console) handOver(v *visit) error {
	if err := may(v, bots.KindHandOver); err != nil {
		return err
	}
	h, err := record.Fetch[record.HandOver](v.ctx(), c.desk, v.id())
	if err != nil {
		return err
	}
	now, err := record.ListOpen(record.Reading(v.ctx(), c.desk))
	if err != nil {
		return err
	}
	still := map[bots.Target]bool{}
	for _, i := range now {
		still[i.On] = true
	}
	p := handOverPage{HandOver: h}
	if p.Items, err = c.openItems(v, h.Open, still); err != nil {
		return err
	}
	for _, i := range p.Items {
		if i.Done {
			p.Done++
		}
	}
	return c.show(v, "handover", "交接单", "duty", p)
}

// unsigned are the sheets that wait for this officer's name, or will once who leaves has signed.
func (c *Console) unsigned(v *visit) (mine []*record.HandOver, err error) {
	for _, state := range []string{record.HandOverDrawn, record.HandOverLeft} {
		page, err := view.List[record.HandOver](v.ctx(), c.desk, record.Query{State: state, Limit: perPage})
		if err != nil {
			return nil, err
		}
		for _, h := range page {
			if h.To == v.officer.ID || state == record.HandOverDrawn && h.From == v.officer.ID {
				mine = append(mine, h)
			}
		}
	}
	return mine, nil
}

// missing is the latest change on duty that concerns this officer and of which there is no sheet; nil
// when there is one, or no change.
func (c *Console) missing(v *visit) (*record.ShiftChange, error) {
	rota, err := view.RotaOf(v.ctx(), c.desk, c.station.Duty)
	if err != nil {
		return nil, err
	}
	last := rota.LastChange(v.now, watch)
	if last == nil || v.officer.ID != last.From && v.officer.ID != last.To {
		return nil, nil
	}
	sheets, err := view.List[record.HandOver](v.ctx(), c.desk, record.Query{Newest: true, Limit: 20})
	if err != nil {
		return nil, err
	}
	for _, h := range sheets {
		if h.Covers(last) {
			return nil, nil
		}
	}
	return last, nil
}

// watch is how far back a change still concerns anybody.
const watch = 24 * time.Hour

func handOverPath(id string) string { return "/handovers/" + url.PathEscape(id) }

func (c *Console) drawHandOver(v *visit) error {
	f := handOverForm{v.value("from"), v.value("to"), v.value("notes")}
	a, err := c.submit(v, bots.Decision{Verb: bots.DrawHandOver, On: on(bots.KindHandOver, ""), Fields: map[string]string{"from": f.From, "to": f.To, "notes": f.Notes}})
	if err != nil {
		return err
	}
	if a.refused != "" {
		return c.showHandOvers(v, http.StatusConflict, &notice{Text: a.refused, Bad: true}, f)
	}
	after := "/handovers"
	if i := slices.IndexFunc(a.made, func(t bots.Target) bool { return t.Kind == bots.KindHandOver }); i >= 0 {
		after = handOverPath(a.made[i].ID)
	}
	return c.done(v, a, after, notice{Text: "已开具。请交班人看过后签字，再请接班人签字；半小时内没有双方签字会提醒带班领导。"})
}

func (c *Console) signHandOver(v *visit) error {
	d := bots.Decision{Verb: bots.SignHandOver, On: on(bots.KindHandOver, v.id()), Seen: v.seen()}
	return c.decide(v, d, handOverPath(v.id()), handOverPath(v.id()), "已签字，记录在案。")
}

func (c *Console) remarkHandOver(v *visit) error {
	d := bots.Decision{Verb: bots.RemarkHandOver, On: on(bots.KindHandOver, v.id()), Fields: map[string]string{"note": v.value("note")}}
	return c.decide(v, d, handOverPath(v.id()), handOverPath(v.id()), "备注已记下。")
}
