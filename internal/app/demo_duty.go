package app

import (
	"context"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/config"
	"netpatrol/internal/sandbox/group"
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
	}
	return d
}

// rung counts the alarms about somebody whom no officer has answered.
func (g *dutyGroup) rung() (n int) {
	for _, m := range g.Messages() {
		n += one(strings.Contains(m.Text, "等待民警答复"))
	}
	return n
}
