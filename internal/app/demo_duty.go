package app

import (
	"context"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/config"
	"netpatrol/internal/sandbox/group"
	"netpatrol/internal/web/api"
)

// dutyGroup is the pretend group in which the officers on duty are told who waits.
type dutyGroup struct {
	listener
	*group.Group
}

const (
	dutyAccount  = "zhiban-qun"
	dutyRobotKey = "demo-robot-key"
	// demoPromise is the promise where a person plays, and shiftPromise that of a scripted shift, in
	// which no officer answers: half of it is when the first alarm is due.
	demoPromise  = 4 * time.Minute
	shiftPromise = 24 * time.Second
)

func newDutyGroup() (*dutyGroup, error) {
	l, err := listen()
	return &dutyGroup{l, group.New(dutyRobotKey)}, err
}

func (g *dutyGroup) serve(ctx context.Context) error { return serveOn(ctx, g.Listener, g.Group) }

// account is how the officers on duty are reached.
func (g *dutyGroup) account() config.Account {
	return config.Account{
		ID: dutyAccount, Platform: "notify", BaseURL: g.base(), Language: "zh-Hans", Poll: time.Minute,
		Options: map[string]string{"kind": "wecom"}, Secrets: map[string]adapters.Secret{"key": dutyRobotKey},
	}
}

// duty is the demo's promise and who is rung for it.
func (g *dutyGroup) duty(once bool) config.Duty {
	d := config.Duty{Promise: demoPromise, Ring: []config.Ring{{Level: config.Levels()[0], Account: dutyAccount, To: "@all"}}}
	if once {
		d.Promise = shiftPromise
		return d
	}
	for officer, level := range map[string]string{"chen": config.Levels()[0], "lin": config.Levels()[1]} {
		d.Ring = append(d.Ring, config.Ring{Level: level, Officer: officer, Account: dutyAccount, To: officer})
	}
	return d
}

// plan enters the rota: chen by day, lin by night and as the supervisor, chen once more on a Sunday night.
func (c *crew) plan(ctx context.Context) error {
	all := []int{1, 2, 3, 4, 5, 6, 7}
	for _, p := range []api.Planning{
		{Officer: "chen", Level: "duty", Days: all, Start: "08:00", End: "20:00"},
		{Officer: "lin", Level: "duty", Days: all[:6], Start: "20:00", End: "08:00"},
		{Officer: "chen", Level: "duty", Days: all[6:], Start: "20:00", End: "08:00"},
		{Officer: "lin", Level: "supervisor", Days: all, Start: "00:00", End: "24:00"},
	} {
		p.Since = time.Now().AddDate(0, 0, -1).Format(time.DateOnly) // last night is somebody's too
		if err := applied(c.lin.AddShift(ctx, p)); err != nil {
			return err
		}
	}
	return nil
}

// rung counts the alarms about somebody whom no officer has answered.
func (g *dutyGroup) rung() (n int) {
	for _, m := range g.Messages() {
		n += one(strings.Contains(m.Text, "等待民警答复"))
	}
	return n
}
