package engine

import (
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// held puts the one send of a desk aside, as waiting for its conversation's next window.
func (d *desk) held(why string) (id string) {
	d.t.Helper()
	d.update(func(tx record.Tx) error {
		i, err := record.Load[record.Item](tx, one[record.Item](d).ID)
		if err != nil {
			return err
		}
		if err := i.Hold(why); err != nil {
			return err
		}
		id = i.ID
		if err := tx.Put(i); err != nil {
			return err
		}
		c, err := record.Load[bots.Conversation](tx, i.Conversation)
		if err != nil {
			return err
		}
		c.Waiting = []string{i.ID, "one that is gone"}
		return tx.Put(c)
	})
	return id
}

func TestASendHeldForItsWindowGoesOnWhenThePersonDoesSomething(t *testing.T) {
	for name, c := range map[string]struct{ why, want string }{
		"the window was closed":  {"平台的回复时限已过，" + record.WhyAwaits, record.ItemDue},
		"an officer held it":     {"由chen暂停", record.ItemHeld},
		"its account is unclear": {"账号在平台上显示的名称或主体有变化，核实前暂停发送", record.ItemHeld},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
			d.says("p1", "100", "我被骗了")
			d.settle()
			id := d.held(c.why)
			d.hears(adapters.Inbound{Key: "101", Kind: adapters.KindMenu, Ref: "101", Choice: "progress", From: adapters.Person{ID: "p1"}, At: time.Now()})
			d.settle()
			i, err := record.Fetch[record.Item](t.Context(), d.store, id)
			if err != nil || i.State != c.want {
				t.Errorf("the send is %s (%v), want %s", i.State, err, c.want)
			}
			conv := one[bots.Conversation](d)
			if len(conv.Waiting) != 0 || conv.Opened[adapters.KindMenu].IsZero() {
				t.Errorf("conversation %+v", conv)
			}
		})
	}
}

func TestAPressedEntrySaysWhatItsLabelSays(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	for _, a := range d.accounts {
		a.Menu = map[string]string{"report": "我要举报"}
	}
	press := func(key, choice, text string) {
		d.hears(adapters.Inbound{Key: key, Kind: adapters.KindMenu, Ref: adapters.Ref(key), Choice: choice, Text: text, From: adapters.Person{ID: "p1"}, At: time.Now()})
	}
	press("100", "report", "")
	press("101", "unpaid", "2 还没有转钱")
	press("102", "somebody else's", "")
	d.settle()
	said := map[string]string{}
	for _, r := range d.all(bots.KindEvent, "") {
		if h, ok := r.(*bots.Event).Body.(*bots.Heard); ok && r.(*bots.Event).Kind == bots.MenuPressed {
			said[h.Choice] = h.Text
		}
	}
	if len(said) != 3 || said["report"] != "我要举报" || said["unpaid"] != "2 还没有转钱" || said["somebody else's"] != "" {
		t.Errorf("%q", said)
	}
}
