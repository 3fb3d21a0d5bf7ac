package console

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// rotaPage is who is on duty now and next, and how that is planned.
type rotaPage struct {
	Levels   []levelShown
	Shifts   []shiftShown
	Leaves   []leaveShown
	Officers []*record.Officer // who can be on duty
	Zone     string            // empty: China's, by which every other page goes
	Shift    shiftForm
	Leave    leaveForm
	Unsigned []*record.HandOver
}

// levelShown is one level in words.
type levelShown struct {
	view.DutyLevel
	Word string
	Till string
	From string // when the rota begins, while it has not yet
	Week []stretchShown
	Gaps int
}

// stretchShown is a time in which who is on duty stays the same.
type stretchShown struct {
	Time string
	Who  []record.OnDuty
}

// Several says whether shifts overlap.
func (s stretchShown) Several() bool { return len(s.Who) > 1 }

type shiftShown struct {
	*record.Shift
	Level, When string
	Gone        bool // the officer may not sign in any more
	Mute        bool // nothing reaches the officer
}

type leaveShown struct {
	*record.Leave
	From, To string
	Running  bool
}

// shiftForm and leaveForm are what an officer typed.
type shiftForm struct {
	Officer, Level, Since, Until, Start, End string
	Days                                     []string
}

type leaveForm struct{ Officer, StandIn, From, To string }

// On says whether a weekday is ticked.
func (f shiftForm) On(day int) bool { return slices.Contains(f.Days, string(rune('0'+day))) }

var dutyLevelWords = map[string]string{"duty": "值班民警", "supervisor": "带班领导", "commander": "值班局领导"}

func dutyLevelWord(level string) string { return word(dutyLevelWords, level) }

// weekdays are called so, by the numbers that shifts have.
var weekdays = [...]string{1: "一", 2: "二", 3: "三", 4: "四", 5: "五", 6: "六", 7: "日"}

func weekdayWord(day int) string {
	if day < 1 || day >= len(weekdays) {
		return ""
	}
	return "周" + weekdays[day]
}

func weekdayNumbers() []int { return []int{1, 2, 3, 4, 5, 6, 7} }

// moment is a time by the clock of the rota, with the day it is.
func moment(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	return t.Format("1月2日") + weekdayWord((int(t.Weekday())+6)%7+1) + t.Format(" 15:04")
}

// stretch is a time from one moment to another, short where they are on one day or a night apart.
func stretch(from, to time.Time, zone *time.Location) string {
	until, evening := to.In(zone), from.In(zone)
	switch midnight := time.Date(evening.Year(), evening.Month(), evening.Day(), 0, 0, 0, 0, zone); {
	case until.Equal(midnight.AddDate(0, 0, 1)):
		return moment(from, zone) + "–24:00"
	case until.Before(midnight.AddDate(0, 0, 1)):
		return moment(from, zone) + until.Format("–15:04")
	case until.Before(midnight.AddDate(0, 0, 2)):
		return moment(from, zone) + until.Format("–次日 15:04")
	}
	return moment(from, zone) + " 至 " + moment(to, zone)
}

// date is a day that was written YYYY-MM-DD, with its year when that is not this one.
func date(day string, now time.Time) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	if t.Year() != now.Year() {
		return t.Format("2006年1月2日")
	}
	return t.Format("1月2日")
}

// shiftWhen puts the days and times of a shift in words.
func shiftWhen(s *record.Shift, now time.Time) string {
	end := s.End
	if s.End <= s.Start {
		end = "次日 " + s.End
	}
	times := " " + s.Start + "–" + end
	if len(s.Days) == 0 {
		if s.Since == s.Until {
			return date(s.Since, now) + times
		}
		return date(s.Since, now) + "至" + date(s.Until, now) + "每天" + times
	}
	when := daysWord(s.Days) + times
	if s.Since > now.Format(time.DateOnly) {
		when += "，" + date(s.Since, now) + "起"
	}
	if s.Until != "" {
		when += "，到" + date(s.Until, now)
	}
	return when
}

// daysWord names weekdays, and a run of them by its ends.
func daysWord(days []int) string {
	if len(days) == 7 {
		return "每天"
	}
	if n := len(days); n > 2 && days[n-1]-days[0] == n-1 {
		return weekdayWord(days[0]) + "至" + weekdayWord(days[n-1])
	}
	var all []string
	for _, d := range days {
		all = append(all, weekdayWord(d))
	}
	return strings.Join(all, "、")
}

func (c *Console) dutyRoutes() {
	c.get("GET /duty", c.duty)
	c.post("POST /duty/shifts", c.addShift)
	c.post("POST /duty/shifts/{id}/end", c.endShift)
	c.post("POST /duty/leaves", c.addLeave)
	c.post("POST /duty/leaves/{id}/end", c.endLeave)
	c.get("GET /handovers", c.handOvers)
	c.post("POST /handovers", c.drawHandOver)
	c.get("GET /handovers/{id}", c.handOver)
	c.post("POST /handovers/{id}/sign", c.signHandOver)
	c.post("POST /handovers/{id}/remark", c.remarkHandOver)
}

func (c *Console) duty(v *visit) error {
	return c.showDuty(v, http.StatusOK, nil, shiftForm{}, leaveForm{})
}

func (c *Console) showDuty(v *visit, status int, n *notice, shift shiftForm, leave leaveForm) (err error) {
	zone := c.station.Duty.Clock()
	p := rotaPage{Shift: shift, Leave: leave}
	if name := zone.String(); name != beijing.String() && name != "Asia/Shanghai" {
		p.Zone = name
	}
	p.Shift.Since = cmp.Or(p.Shift.Since, v.now.In(zone).Format(time.DateOnly))
	d, err := view.DutyOf(v.ctx(), c.desk, c.station.Duty, v.now)
	if err != nil {
		return err
	}
	for _, l := range d.Levels {
		p.Levels = append(p.Levels, showLevel(l, zone))
	}
	if err := c.dutyRecords(v, &p, zone); err != nil {
		return err
	}
	if p.Unsigned, err = c.unsigned(v); err != nil {
		return err
	}
	return c.showAs(v, status, "duty", "值班", "duty", n, p)
}

func showLevel(l view.DutyLevel, zone *time.Location) levelShown {
	s := levelShown{DutyLevel: l, Word: dutyLevelWord(l.Level)}
	if !l.Until.IsZero() {
		s.Till = moment(l.Until, zone)
	}
	if !l.Begins.IsZero() {
		s.From = moment(l.Begins, zone)
	}
	for _, w := range l.Week {
		if len(w.Who) == 0 {
			s.Gaps++
		}
		s.Week = append(s.Week, stretchShown{stretch(w.From, w.To, zone), w.Who})
	}
	return s
}

// dutyRecords reads the rota's lines and the leaves, and who can be put into them.
func (c *Console) dutyRecords(v *visit, p *rotaPage, zone *time.Location) error {
	inForce := record.Query{State: record.DutyActive, Limit: 1000}
	shifts, err := view.List[record.Shift](v.ctx(), c.desk, inForce)
	if err != nil {
		return err
	}
	slices.SortStableFunc(shifts, func(a, b *record.Shift) int {
		return cmp.Or(cmp.Compare(slices.Index(record.Levels(), a.Level), slices.Index(record.Levels(), b.Level)), cmp.Compare(a.Since, b.Since))
	})
	if p.Officers, err = c.colleagues(v); err != nil {
		return err
	}
	for _, s := range shifts {
		gone := !slices.ContainsFunc(p.Officers, func(o *record.Officer) bool { return o.ID == s.Officer })
		mute := c.station.Duty.Reach != nil && len(c.station.Duty.Reach(s.Officer)) == 0
		p.Shifts = append(p.Shifts, shiftShown{s, dutyLevelWord(s.Level), shiftWhen(s, v.now.In(zone)), gone, mute})
	}
	leaves, err := view.List[record.Leave](v.ctx(), c.desk, inForce)
	if err != nil {
		return err
	}
	for _, l := range leaves {
		if l.To.After(v.now) {
			p.Leaves = append(p.Leaves, leaveShown{l, moment(l.From, zone), moment(l.To, zone), !l.From.After(v.now)})
		}
	}
	return nil
}

// colleagues are the officers who can be on duty.
func (c *Console) colleagues(v *visit) ([]*record.Officer, error) {
	all, err := view.List[record.Officer](v.ctx(), c.desk, record.Query{State: record.OfficerActive, Limit: 1000})
	return slices.DeleteFunc(all, func(o *record.Officer) bool { return o.OnlyVolunteer() || o.Outside() }), err
}

func (c *Console) addShift(v *visit) error {
	f := shiftForm{
		Officer: v.value("officer"), Level: v.value("level"), Since: v.value("since"), Until: v.value("until"),
		Start: v.value("start"), End: v.value("end"), Days: v.r.PostForm["days"],
	}
	a, err := c.submit(v, bots.Decision{Verb: bots.AddShift, On: on(bots.KindShift, ""), Fields: map[string]string{
		"officer": f.Officer, "level": f.Level, "days": strings.Join(f.Days, ","), "since": f.Since, "until": f.Until, "start": f.Start, "end": f.End,
	}})
	if err != nil {
		return err
	}
	if a.refused != "" {
		return c.showDuty(v, http.StatusConflict, &notice{Text: a.refused, Bad: true}, f, leaveForm{})
	}
	return c.done(v, a, "/duty", notice{Text: "已排入。"})
}

func (c *Console) endShift(v *visit) error {
	return c.decide(v, bots.Decision{Verb: bots.EndShift, On: on(bots.KindShift, v.id())}, "/duty", "/duty", "已从排班中撤下。")
}

// byClock reads a time that a browser sends without a zone, by the clock of the rota. What is no
// time stays as it is, for the guard to refuse.
func (c *Console) byClock(s string) string {
	t, err := time.ParseInLocation("2006-01-02T15:04", s, c.station.Duty.Clock())
	if err != nil {
		return s
	}
	return t.Format(time.RFC3339)
}

func (c *Console) addLeave(v *visit) error {
	f := leaveForm{v.value("officer"), v.value("standin"), v.value("from"), v.value("to")}
	a, err := c.submit(v, bots.Decision{Verb: bots.AddLeave, On: on(bots.KindLeave, ""), Fields: map[string]string{
		"officer": f.Officer, "standin": f.StandIn, "from": c.byClock(f.From), "to": c.byClock(f.To),
	}})
	if err != nil {
		return err
	}
	if a.refused != "" {
		return c.showDuty(v, http.StatusConflict, &notice{Text: a.refused, Bad: true}, shiftForm{}, f)
	}
	return c.done(v, a, "/duty", notice{Text: "已登记。请假期间的班次和提醒转给代班的同事。"})
}

func (c *Console) endLeave(v *visit) error {
	return c.decide(v, bots.Decision{Verb: bots.EndLeave, On: on(bots.KindLeave, v.id())}, "/duty", "/duty", "已销假。")
}

// dutyNow is whom the rota names as duty officer; nil when none is kept.
func (c *Console) dutyNow(v *visit) (*levelShown, error) {
	d, err := view.DutyOf(v.ctx(), c.desk, c.station.Duty, v.now)
	if err != nil || !d.Levels[0].Kept || !d.Levels[0].Begins.IsZero() {
		return nil, err
	}
	l := showLevel(d.Levels[0], c.station.Duty.Clock())
	return &l, nil
}

// dutyDetail words the detail of an entry about an alarm, the rota or a sheet: who was rung by what,
// a level and an officer, two officers, or one.
func (p *page) dutyDetail(detail string) (string, bool) {
	if from, to, ok := strings.Cut(detail, " to "); ok && p.People[from] != "" && p.People[to] != "" {
		return p.Who(from).Name + "交给" + p.Who(to).Name, true
	}
	if n, rung, ok := strings.Cut(strings.TrimPrefix(detail, "level "), " to "); ok && strings.HasPrefix(detail, "level ") {
		officer, account, _ := strings.Cut(rung, "by ")
		return "第" + n + "级，" + cmp.Or(p.Who(strings.TrimSpace(officer)).Name, "整个群") + "，由 " + account, true
	}
	if level, officer, ok := strings.Cut(detail, " "); ok && dutyLevelWords[level] != "" {
		return dutyLevelWords[level] + "：" + p.Who(officer).Name, true
	}
	return p.People[detail], p.People[detail] != ""
}
