package mastodon

import (
	"fmt"
	"testing"
)

func TestFilteredCursor_RemembersSoManyPlaces(t *testing.T) {
	var c filteredCursor
	for i := range positions + 10 {
		c.Account = fmt.Sprint(i)
		c = c.reach("m" + c.Account)
	}
	if len(c.Places) != positions {
		t.Errorf("%d places", len(c.Places))
	}
	again, err := parseFiltered(c.cursor())
	if err != nil {
		t.Fatal(err)
	}
	if min, known := again.place(); !known || min != "m"+again.Account {
		t.Errorf("the last read: %q, %v", min, known)
	}
	again.Account = "9"
	if min, known := again.place(); known || min != start {
		t.Errorf("the first read: %q, %v", min, known)
	}
}
