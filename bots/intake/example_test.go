package intake_test

import (
	"fmt"
	"time"

	"netpatrol/bots"
	"netpatrol/bots/bottest"
	"netpatrol/bots/intake"
)

func ExampleBot_Decide() {
	bot := intake.New()
	text := "我刚把三万块转给对方了，怎么办"
	heard := bots.Event{
		Head: bots.Head{ID: "e1", Stream: "conv/city/wang"}, Kind: bots.MessageHeard, Account: "city",
		Accepted: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC), Body: &bots.Heard{Text: text},
	}
	facts := bottest.NewWorld().Facts(bot, heard)
	effects, err := bot.Decide(heard, facts)
	fmt.Print(bottest.Print(text, effects), err)
	// Output:
	// OpenReport ID=e1.report Slots={"amount":"30000","emergency":"money","paid":"钱已经转出"} Emergency=true
	// Escalate Why=来信人可能正在转账或刚转账，请立即联系并协助止付 About=report/e1.report
	// Reply Template=emergency Purpose=emergency Report=e1.report
	// Remember Key=emergency Value=2026-03-02T01:00:00Z
	// Remember Key=said Value=2026-03-02T01:00:00Z
	// <nil>
}
