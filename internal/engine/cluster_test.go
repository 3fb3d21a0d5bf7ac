package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/bots/intake"
	"netpatrol/bots/patrol"
	"netpatrol/internal/record"
)

const advert = "招聘网络兼职，刷单返利，一单一结，日入三百到五百，先垫付后返佣，名额有限，加微信%s详谈"

// shippedPatrol is the patrol bot by the shipped rules.
func shippedPatrol(t *testing.T) bots.Bot {
	t.Helper()
	pack, err := patrol.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return patrol.New(pack)
}

func TestCopiesOfOnePostAreOneCluster(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{shippedPatrol(t)}})
	var page []adapters.Inbound
	for i := range 20 { // one page of a poll: they are decided side by side
		n := fmt.Sprint(i)
		page = append(page, adapters.Inbound{Key: n, Kind: adapters.KindPost, Ref: adapters.Ref(n), From: adapters.Person{ID: "a" + n}, Text: fmt.Sprintf(advert, "abc8888"+n), At: time.Now()})
	}
	d.hears(page...)
	d.posts("other", "500", "刷单兼职，做任务返现，日结")
	d.settle()
	clusters := d.all(bots.KindCluster, bots.ClusterOpen)
	if len(clusters) != 2 {
		t.Fatalf("%d clusters, want two", len(clusters))
	}
	k := clusters[0].(*bots.Cluster)
	if k.Clues != 20 || k.Open != 20 || k.Category != bots.Fraud {
		t.Errorf("%+v", k)
	}
	if n := len(d.all(bots.KindWarning, bots.WarningProposed)); n != 21 {
		t.Errorf("%d warnings are proposed: every author is warned for themselves", n)
	}
	if ties := d.tiedTo(record.ClusterStream(k.ID)); len(ties) != 20 {
		t.Errorf("%d clues are tied to it", len(ties))
	}
	for _, r := range d.all(bots.KindTie, "") {
		if strings.Contains(r.Meta().Stream+r.Meta().ID, "刷单") {
			t.Errorf("tie %s holds words", r.Meta().ID)
		}
	}
}

// tiedTo lists what is tied to a stream.
func (d *desk) tiedTo(stream string) (all []bots.Target) {
	page, err := d.store.List(context.Background(), record.Query{Kind: bots.KindTie, Stream: stream, Limit: 1000})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, r := range page {
		all = append(all, r.(*bots.Tie).On)
	}
	return all
}

func TestAClusterIsDoneWhenItsLastClueIsDecided(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{shippedPatrol(t)}})
	d.posts("a", "1", fmt.Sprintf(advert, "abc8888"))
	d.settle()
	d.posts("b", "2", fmt.Sprintf(advert, "xyz9999"))
	d.settle()
	for _, w := range d.all(bots.KindDraft, bots.DraftAwaiting) {
		d.decides("chen", bots.Reject, w, nil, "核实中")
	}
	for i, c := range d.all(bots.KindClue, bots.ClueOpen) {
		if k := one[bots.Cluster](d); k.State != bots.ClusterOpen || k.Open != 2-i {
			t.Errorf("before: %+v", k)
		}
		if r := d.decides("chen", bots.DismissClue, c, nil, "普通招聘"); r.Status != bots.Applied {
			t.Fatalf("%+v", r)
		}
	}
	if k := one[bots.Cluster](d); k.State != bots.ClusterDone || k.Open != 0 || k.Clues != 2 {
		t.Errorf("after: %+v", k)
	}
	if all, err := d.alike(context.Background(), "wb", fmt.Sprintf(advert, "q")); err != nil || len(all) != 0 {
		t.Errorf("what was dismissed is still known: %+v, %v", all, err)
	}
	d.posts("c", "3", fmt.Sprintf(advert, "new7777"))
	d.settle()
	if k := one[bots.Cluster](d); k.State != bots.ClusterOpen || k.Open != 1 || k.Clues != 3 {
		t.Errorf("when it comes again: %+v", k)
	}
}

func TestCluesFromBeforeThereWereClustersAreFiled(t *testing.T) {
	d := newDesk(t, deskOptions{})
	d.until("the first look is over", func() bool {
		_, err := record.Fetch[record.Mark](context.Background(), d.store, clusteredMark)
		return err == nil
	})
	d.update(func(tx record.Tx) error {
		var err error
		for i := range 3 {
			id := fmt.Sprint("old-", i)
			c := &bots.Clue{Head: bots.Head{ID: id, State: bots.ClueOpen, Subject: "post/" + id, Stream: "post/" + id}, Category: bots.Fraud, Text: fmt.Sprintf(advert, fmt.Sprint("abc888", i))}
			err = errors.Join(err, tx.Put(c))
		}
		return errors.Join(err, tx.Delete(record.KindMark, clusteredMark))
	})
	for range 2 { // the second time nothing is left to do
		if err := d.clusterOld(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if k := one[bots.Cluster](d); k.Clues != 3 || k.Open != 3 || k.ID != "old-0" || k.Newest != "old-2" {
		t.Errorf("%+v", k)
	}
	for _, r := range d.all(bots.KindClue, "") {
		if c := r.(*bots.Clue); c.Cluster != "old-0" {
			t.Errorf("clue %s is in cluster %q", c.ID, c.Cluster)
		}
	}
}

func TestWhoForwardsAPostIsCountedWithItsCluster(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intake.New(), shippedPatrol(t)}})
	d.posts("a", "1", fmt.Sprintf(advert, "abc8888"))
	d.settle()
	for _, person := range []string{"p1", "p2", "p1"} { // the second time p1 only repeats themselves
		d.says(person, fmt.Sprint("m", person, time.Now().UnixNano()), "同学发的，靠谱吗？"+fmt.Sprintf(advert, "xyz9999"))
		d.settle()
	}
	k := one[bots.Cluster](d)
	if k.Asked != 2 || k.Clues != 1 {
		t.Errorf("%+v", k)
	}
	var drafts []string
	for _, r := range d.all(bots.KindDraft, "") {
		drafts = append(drafts, r.(*bots.Draft).Template)
	}
	slices.Sort(drafts)
	if want := []string{"scam-card", "scam-card", "warning-fraud"}; !slices.Equal(drafts, want) {
		t.Errorf("drafts %v, want %v", drafts, want)
	}
	d.replaysEverything(intake.New(), shippedPatrol(t))
}

// replaysEverything decides every event again from its tape.
func (d *desk) replaysEverything(all ...bots.Bot) {
	d.t.Helper()
	for _, r := range d.all(bots.KindEvent, "") {
		ev := r.(*bots.Event)
		tape, err := record.Fetch[record.Tape](context.Background(), d.store, ev.ID)
		if err != nil {
			continue
		}
		if again, err := Replay(ev, tape, all); err != nil || !slices.Equal(again, tape.Effects) {
			d.t.Errorf("%s is decided otherwise:\n%v\n%v\n%v", ev.ID, tape.Effects, again, err)
		}
	}
}

const (
	rumour       = "海滨市明天起全城停水三天，请大家马上储水"
	inOtherWords = "听邻居讲海滨市从明日开始停水三天，叫我们都去储水，有这回事吗"
	elsewhere    = "听邻居讲河口市从明日开始停水三天，叫我们都去储水，有这回事吗"
)

// refuting is a desk on which a bulletin that refutes the rumour was approved and has come out.
func refuting(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t, deskOptions{bots: []bots.Bot{intake.New()}})
	d.writes(map[string]string{"refutes": rumour, "basis": "海滨市水务集团书面答复，供水正常"})
	return d
}

func (d *desk) writes(fields map[string]string) bots.Result {
	f := map[string]string{"title": "网传停水消息不实", "text": "海滨市供水正常。", "accounts": "wb"}
	for k, v := range fields {
		f[k] = v
	}
	return d.decides("wu", bots.WriteBulletin, nil, f, "")
}

// comeOut approves the bulletin and lets the platform have it.
func (d *desk) comeOut(state string) {
	d.t.Helper()
	if r := d.decides("lin", bots.Approve, one[bots.Draft](d), nil, ""); r.Status != bots.Applied {
		d.t.Fatalf("%+v", r)
	}
	d.update(func(tx record.Tx) error {
		i := one[record.Item](d)
		i.State, i.Receipt = state, adapters.Receipt{Ref: "1", At: time.Date(2026, 3, 1, 1, 0, 0, 0, time.UTC)}
		return tx.Put(i)
	})
}

func TestARumourIsRefutedOnceTheBulletinIsOut(t *testing.T) {
	d := refuting(t)
	ask := func() []bots.Alike {
		t.Helper()
		all, err := d.alike(context.Background(), "wb", "家里人转来的："+rumour+"，是真的吗？")
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if all := ask(); len(all) != 0 {
		t.Errorf("before anybody approved it: %+v", all)
	}
	d.comeOut(record.ItemUnknown)
	if all := ask(); len(all) != 0 {
		t.Errorf("before it is known to be out: %+v", all)
	}
	i := one[record.Item](d)
	d.update(func(tx record.Tx) error { i.State = record.ItemDelivered; return tx.Put(i) })
	all := ask()
	if len(all) != 1 || all[0].Code != i.Code || all[0].Unit != "测试网警" || all[0].Title != "网传停水消息不实" || !all[0].At.Equal(i.Receipt.At) || all[0].Retold {
		t.Fatalf("once it is out: %+v", all)
	}
	retold, err := d.alike(context.Background(), "wb", inOtherWords)
	if err != nil || len(retold) != 1 || !retold[0].Retold || retold[0].Code != i.Code {
		t.Errorf("told in other words: %+v, %v", retold, err)
	}
	if near, err := d.alike(context.Background(), "wb", elsewhere); err != nil || len(near) != 0 {
		t.Errorf("of another place: %+v, %v", near, err)
	}
	for _, other := range []string{strings.Replace(rumour, "海滨", "河口", 1), strings.Replace(rumour, "三天", "五天", 1)} {
		if near, err := d.alike(context.Background(), "wb", other); err != nil || len(near) != 1 || !near[0].Retold {
			t.Errorf("the same words of another place or number of days, %s: %+v, %v", other, near, err)
		}
	}
	d.says("p1", "m1", "家里人转来的："+rumour+"，是真的吗？")
	d.settle()
	told := d.all(bots.KindDraft, bots.DraftAwaiting)
	if len(told) != 1 || told[0].(*bots.Draft).Template != "refuted" || told[0].(*bots.Draft).Vars["Date"] != "2026年3月1日" || told[0].(*bots.Draft).Vars["Notice"] != i.Code {
		t.Errorf("the citizen is told %+v", told)
	}
	d.replaysEverything(intake.New())
	for what, change := range map[string]func(*record.Item){
		"taken back": func(i *record.Item) { i.Gone = time.Now() }, "set right": func(i *record.Item) { i.Corrected = []string{"X"} },
	} {
		again := *one[record.Item](d)
		change(&again)
		d.update(func(tx record.Tx) error { return tx.Put(&again) })
		if all := ask(); len(all) != 0 {
			t.Errorf("%s: %+v", what, all)
		}
		again.Gone, again.Corrected = time.Time{}, nil
		d.update(func(tx record.Tx) error { return tx.Put(&again) })
	}
}

// However many people send something near a refuted claim, the officers have one alarm about the bulletin, which counts them.
func TestManyWhoSendSomethingNearARefutedClaimAreOneAlarm(t *testing.T) {
	d := refuting(t)
	d.comeOut(record.ItemDelivered)
	for i, who := range []string{"p1", "p2", "p3", "p2"} {
		d.says(who, "m"+strconv.Itoa(i), inOtherWords)
		d.settle()
	}
	open := d.all(record.KindAlarm, record.AlarmOpen)
	if len(open) != 1 || open[0].(*record.Alarm).Times != 3 || open[0].(*record.Alarm).About.Kind != bots.KindBulletin || !strings.HasPrefix(open[0].(*record.Alarm).Why, "3人") {
		t.Fatalf("three people sent it: %+v", open)
	}
	a := open[0].(*record.Alarm)
	if near := d.tiedTo(record.NearStream(a.About.ID)); len(near) != 3 {
		t.Errorf("the bulletin's page lists %+v", near)
	}
	d.update(func(tx record.Tx) error { a.State = record.AlarmAcknowledged; return tx.Put(a) })
	d.says("p4", "m9", inOtherWords)
	d.settle()
	if open := d.all(record.KindAlarm, record.AlarmOpen); len(open) != 1 || open[0].(*record.Alarm).Times != 4 {
		t.Errorf("a fourth comes after it was taken notice of: %+v", open)
	}
	d.replaysEverything(intake.New())
}

func TestARefutationNeedsAClaimAndABasis(t *testing.T) {
	d := newDesk(t, deskOptions{})
	for code, fields := range map[string]map[string]string{
		"no-basis": {"refutes": rumour}, "no-claim": {"basis": "水务集团答复"}, "claim-short": {"refutes": "停水", "basis": "水务集团答复"},
		"claim-long": {"refutes": strings.Repeat("停", 1000), "basis": "水务集团答复"},
	} {
		if r := d.writes(fields); r.Code != code {
			t.Errorf("%v: %+v, want %s", fields, r, code)
		}
	}
	if n := len(d.all(bots.KindBulletin, "")) + len(d.all(bots.KindTie, "")); n != 0 {
		t.Errorf("%d records came of what was refused", n)
	}
}

// Whoever names one thing is tied to the others, once for a conversation and by no more than a digest.
func TestReportsThatNameOneThingAreTied(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intake.New()}})
	for i := range intakeLine {
		d.says(fmt.Sprint("p", i), fmt.Sprint("m", i), "上个月被骗80块，骗子电话13912345678")
		d.settle()
	}
	d.says("p0", "again", "骗子电话13912345678，又打来了")
	d.settle()
	ties := d.all(bots.KindTie, "")
	if len(ties) != intakeLine {
		t.Fatalf("%d ties, want one for each of %d people", len(ties), intakeLine)
	}
	for _, r := range ties {
		if m := r.Meta(); m.Stream != ties[0].Meta().Stream || strings.Contains(m.ID, "139") {
			t.Errorf("tie %+v", m)
		}
	}
	joined := 0
	for _, r := range d.all(record.KindAlarm, record.AlarmOpen) {
		if strings.Contains(r.(*record.Alarm).Why, "请并案核查") {
			joined++
		}
	}
	if joined != 1 {
		t.Errorf("officers were asked %d times, want once at the fifth person", joined)
	}
	d.replaysEverything(intake.New())
}

const intakeLine = 5
