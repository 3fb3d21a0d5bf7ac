package app

import (
	"context"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/config"
	"netpatrol/internal/sandbox"
	"netpatrol/internal/sandbox/discuz"
	"netpatrol/internal/web/api"
)

// discuzVenue is a pretend Discuz! board in GBK, where a moderator looks at threads before
// they appear, and the answer to the first private message is lost.
type discuzVenue struct {
	listener
	board *discuz.Board
}

const demoBoardPassword = "000000000001"

func newDiscuzVenue() (*discuzVenue, error) {
	l, err := listen()
	if err != nil {
		return nil, err
	}
	v := &discuzVenue{listener: l}
	v.board = discuz.New(discuz.Options{Username: demoName, Password: demoBoardPassword, GBK: true, Fid: "37", ReviewDelay: 300 * time.Millisecond})
	v.board.Fault(discuz.Fault{Kind: discuz.ResetAfter, Module: "sendpm"})
	for _, s := range discuzScenes {
		if err := v.board.AddPerson(s.who); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func (v *discuzVenue) account() config.Account {
	return config.Account{
		ID: "laoluntan", Platform: "discuz", BaseURL: v.base(), Names: []string{demoName}, Language: "zh-Hans", Watch: []string{"messages", "notices", "threads:37"},
		Poll: 500 * time.Millisecond, Options: map[string]string{"username": demoName, "forum": "37"}, Secrets: map[string]adapters.Secret{"password": demoBoardPassword},
	}
}

func (v *discuzVenue) serve(ctx context.Context) error { return serveOn(ctx, v, v.board) }

// discuzScenes are what members of the board do: when, who, what, and in what part. The first answer is cut off after it was
// written, so it must be none to an emergency: that one would be sent again.
var discuzScenes = []struct {
	at        time.Duration
	who, says string
	role      sandbox.Role
}{
	{600 * time.Millisecond, "渔民老黎", "上个月被骗了，网上买船用发动机，先付的1万2定金，卖家把我拉黑了，怎么办", sandbox.Victim},
	{1300 * time.Millisecond, "带娃的阿珠", "@" + demoName + " 有人说内部渠道能改高考志愿，要先交3000元，这是不是骗局？", sandbox.Asker},
}

func (v *discuzVenue) play(ctx context.Context, pace float64) error {
	began := time.Now()
	for _, s := range discuzScenes {
		sleep(ctx, time.Until(began.Add(time.Duration(float64(s.at)*pace))))
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := v.act(s.who, s.says, s.role); err != nil {
			return err
		}
	}
	return nil
}

func (v *discuzVenue) act(who, says string, role sandbox.Role) error {
	if role == sandbox.Asker {
		_, err := v.board.Topic(who, "请问警察叔叔", says)
		return err
	}
	_, err := v.board.Write(who, says)
	return err
}

func (v *discuzVenue) page() (title, url string) {
	return "a member of a Discuz! board", v.base() + "/citizen"
}

func (v *discuzVenue) oddities() (twice, removed int) { return len(v.board.Duplicates()), 0 }

func (v *discuzVenue) received() (all []delivery) {
	told := map[string]bool{}
	for _, r := range v.board.Received() {
		d := delivery{text: r.Text, public: r.Kind == "topic"}
		for _, s := range discuzScenes {
			if s.who == r.To {
				d.role = s.role
			}
		}
		if r.Kind == "pm" {
			d.first, told[r.To] = !told[r.To], true
		}
		all = append(all, d)
	}
	return all
}

// lost looks for everything members wrote that concerns the agency.
func (v *discuzVenue) lost(events []api.Event) (n int) {
	for _, a := range v.board.Actions() {
		n += one(!heardOf(events, a.ID, "|@"))
	}
	return n
}

var _ venue = (*discuzVenue)(nil)
