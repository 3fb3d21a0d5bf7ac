package signin

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// A password takes 64 MiB while it is hashed: somebody who sets theirs a thousand times at once does not take them all.
func TestPasswordsAreSetOneAfterAnother(t *testing.T) {
	_, store := open(t, officer("bare"))
	synctest.Test(t, func(t *testing.T) {
		d := New(Options{Store: store})
		for range cap(d.work) {
			d.work <- struct{}{}
		}
		set := make(chan error, 1)
		go func() { set <- d.SetPassword(t.Context(), "bare", "", "a new password") }()
		synctest.Wait()
		select {
		case err := <-set:
			t.Errorf("a password was set while others were: %v", err)
		default:
			<-d.work
			if err := <-set; err != nil {
				t.Error(err)
			}
		}
	})
}

// Strangers who try a password under every name there could be do not keep the processors busy.
func TestPasswordsAtTheDoorOutsideAreBoundedTogether(t *testing.T) {
	const password = "correct horse battery"
	_, store := open(t, with(&record.Officer{Head: bots.Head{ID: "zhang@coconut", State: record.OfficerActive}, Roles: []record.Role{record.Liaison}, Site: "coconut"}, password), with(officer("chen"), password))
	synctest.Test(t, func(t *testing.T) {
		inside, outside := New(Options{Store: store}), New(Options{Store: store, Outside: true})
		for i := range outsideAtOnce {
			if !outside.throttle.allow(fmt.Sprint("name", i)) || !outside.pace.Allow() {
				t.Fatal("too early")
			}
		}
		if _, err := outside.ByPassword(t.Context(), "zhang@coconut", password); !errors.Is(err, ErrDenied) {
			t.Errorf("one more is looked at: %v", err)
		}
		if _, err := inside.ByPassword(t.Context(), "chen", password); err != nil {
			t.Errorf("the desk pays for it: %v", err)
		}
		wait(t, time.Second/outsideASecond)
		if _, err := outside.ByPassword(t.Context(), "zhang@coconut", password); err != nil {
			t.Errorf("a second later: %v", err)
		}
	})
}
