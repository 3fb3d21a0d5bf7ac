package record

import (
	"time"

	"netpatrol/adapters"
)

// callSlots is into how many parts the span of a budget is counted: a call counts until the
// whole part it fell into is out of the span.
const callSlots = 24

// Calls is what an account has asked of a platform that counts calls.
type Calls struct {
	N     int           `json:"n"` // allowed within Per
	Per   time.Duration `json:"per"`
	Spare int           `json:"spare"` // of N, not for polling
	Made  map[int64]int `json:"made"`  // by part of the span, counted from 1970
}

// Spend counts one call under a budget. A span of another length begins anew.
func (c *Calls) Spend(b adapters.CallBudget, now time.Time) {
	if c.Per != b.Per || c.Made == nil {
		c.Made = map[int64]int{}
	}
	c.N, c.Per, c.Spare = b.N, b.Per, b.Spare
	for slot := range c.Made {
		if !c.counts(slot, now) {
			delete(c.Made, slot)
		}
	}
	c.Made[c.slot(now)]++
}

func (c *Calls) slot(t time.Time) int64 {
	return t.UnixNano() / int64(max(c.Per/callSlots, 1))
}

func (c *Calls) counts(slot int64, now time.Time) bool {
	return slot >= c.slot(now)-callSlots
}

// Left is how many calls are left at now; those allowed without a call made yet are all.
func (c *Calls) Left(now time.Time) int {
	left := c.N
	for slot, n := range c.Made {
		if c.counts(slot, now) {
			left -= n
		}
	}
	return max(left, 0)
}

// Wait is how long polling must wait, because only what is spared is left; 0: it may go on.
func (c *Calls) Wait(now time.Time) time.Duration {
	if c.N == 0 || c.Left(now) > c.Spare {
		return 0
	}
	part := c.Per / callSlots
	return part - time.Duration(now.UnixNano()%int64(max(part, 1))) // then the oldest part may count no more
}
