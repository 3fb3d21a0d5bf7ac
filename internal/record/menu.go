package record

import "netpatrol/bots"

// MaySetMenu says whether an officer may change the menu an account shows, now.
func MaySetMenu(a *bots.Account, by *Officer, h *Halt) error {
	if !by.Is(Approver, Admin) {
		return refuse("role", "%s may not change an account's menu: it needs an approver or admin", by.ID)
	}
	if a.Suspect != "" { // promise 7
		return refuse("account", "%s: the menu stays as it is until that is settled", a.Suspect)
	}
	if h.Level == HaltEverything { // promise 13
		return refuse("halted", "everything is halted")
	}
	return nil
}

// MaySurvey says whether an officer may have read what stands on a platform.
func MaySurvey(by *Officer) error {
	if !by.Is(Approver, Admin) {
		return refuse("role", "%s may not take an account over: it needs an approver or admin", by.ID)
	}
	return nil
}
