package adapters

import "time"

// CallBudget bounds how many requests of any kind, reads included, one account may make in
// a span, where the platform counts them.
type CallBudget struct {
	N     int // 0: not counted
	Per   time.Duration
	Spare int // of N, kept back from polling: for sends, looks before a warning, and who we are
	Provenance
}

// Every is how often each of so many sources can be polled for good within the budget; 0: the
// budget sets no bound.
func (b CallBudget) Every(sources int) time.Duration {
	if b.N <= 0 || sources <= 0 {
		return 0
	}
	return b.Per * time.Duration(sources) / time.Duration(max(b.N-b.Spare, 1))
}
