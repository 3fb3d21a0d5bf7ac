package record_test

import (
	"fmt"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

var nine = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func officer(id string, roles ...record.Role) *record.Officer {
	return &record.Officer{Head: bots.Head{ID: id, State: record.OfficerActive}, Roles: roles}
}

func ExampleRelease() {
	wu, lin := officer("wu", record.Approver), officer("lin", record.Approver)
	d := &bots.Draft{
		Purpose: bots.ForBulletin, Account: "city", Channel: adapters.Public, Author: "wu",
		Text: "刷单返利都是诈骗。", Expires: nine.Add(time.Hour),
	}
	record.Submit(d, bots.Live)

	_, err := record.ApproveDraft(d, wu, d.Version, nine, record.Policy{})
	fmt.Println(err)

	approval, err := record.ApproveDraft(d, lin, d.Version, nine, record.Policy{})
	fmt.Println(d.State, err)

	d.Text += "请转账核验。" // after the approval
	_, err = record.Release(d, approval, nine)
	fmt.Println(err)
	// Output:
	// you wrote or edited this bulletin: a second officer must approve it
	// approved <nil>
	// no approval covers these very bytes: it must be approved again
}

func ExampleItem_Lost() {
	it := &record.Item{Head: bots.Head{State: record.ItemDue}, Expires: nine.Add(time.Hour)}
	n, err := it.Claim(7, nine) // the intent is durable before the call
	fmt.Println(it.State, err)

	err = it.Lost(nine) // whoever takes the lane after a crash finds the claim
	fmt.Println(it.State, err)

	late := record.Ending{State: record.ItemDelivered, Receipt: adapters.Receipt{Ref: "109"}}
	fmt.Println(it.Ended(n, 7, late, nine)) // the old holder comes back

	err = it.Found(adapters.Finding{Verdict: adapters.Found, Receipt: adapters.Receipt{Ref: "109"}}, nine)
	fmt.Println(it.State, it.Why, err)
	// Output:
	// claimed <nil>
	// unknown <nil>
	// attempt 1 under epoch 7 is no longer current
	// delivered 已在平台上查到 <nil>
}
