package match

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

const advert = "招聘网络兼职，一单一结，日入三百到五百，有手机就能做，先垫付后返佣，名额有限，加微信 abc8888 详谈"

func likenessOf(text string) Likeness { return folderOnce.Fold(text).Likeness() }

var folderOnce = NewFolder()

func shareAKey(a, b Likeness) bool {
	return slices.ContainsFunc(a.Keys(), func(k string) bool { return slices.Contains(b.Keys(), k) })
}

func TestTextsThatSayNearlyTheSameAreAlike(t *testing.T) {
	known := likenessOf(advert)
	for text, alike := range map[string]bool{
		advert: true,
		"招聘网络兼职，一单一结，日入三百到五百，有手机就能做，先垫付后返佣，名额有限，加微信 xyz9999 详谈":             true, // another number
		"招聘網絡兼職！一單一結！日入三百到五百！有手機就能做！先墊付後返傭！名額有限！加微信 abc8888 詳談":             true,
		"招 聘 网 络 兼 职，一\u200b单一结，日入三百到五百，有手机就能做，先垫付后返佣，名额有限，加微信a-b-c 8888详谈": true,
		"警察同志，家长群里有人发这个：“" + advert + "”，请问是真的吗？我该不该做？":                     true, // forwarded with a question
		"【急聘】网络兼职，一单一结，日入三百到五百，在家有手机就能做，先垫付后返佣，名额不多，加微信 abc8888 详谈":         true, // reworded a little
		"招聘外卖骑手，多劳多得，月入八千，有电动车就能做，包吃住，有意者到店面谈":                              false,
		"我被骗了，怎么办，请帮帮我": false,
		"加微信 abc8888":   false,
		"":              false,
	} {
		l := likenessOf(text)
		if got := l.Repeats(known) > 0 && shareAKey(known, l); got != alike {
			t.Errorf("%q: alike = %v (%d%%)", text, got, known.Within(l))
		}
	}
}

func TestACopyIsNoMoreThanTheOriginal(t *testing.T) {
	known, copied := likenessOf(advert), likenessOf(strings.ReplaceAll(advert, "八", "九")+"！！")
	around := likenessOf("我在小区群里看到有人发了一条消息，不知道该不该相信，群主说他亲戚做过，原文是：" + advert + "。后来又有人说钱要不回来，我们都不敢加，想请你们看看")
	part := likenessOf("日入三百到五百，有手机就能做，先垫付后返佣")
	if !copied.Same(known) || around.Same(known) || part.Same(known) {
		t.Error("a copy is not told from a text that holds more or less")
	}
	if around.Repeats(known) == 0 || part.Repeats(known) == 0 {
		t.Error("a text that holds it, or a good part of it, does not repeat it")
	}
}

// The number, link or account in a text makes no difference at all.
func TestNoLikenessTellsANumber(t *testing.T) {
	for _, form := range []string{"骗子的电话是%s，大家千万小心别接", "点开 %s 就可以领取补贴，先到先得"} {
		first := likenessOf(fmt.Sprintf(form, "13800138000"))
		for _, other := range []string{"13912345678", "400-123-4567", "https://a-b.example.top/x?y=1", "wxid_8888", "hxxp://evil.com"} {
			if l := likenessOf(fmt.Sprintf(form, other)); !slices.Equal(l.pieces, first.pieces) {
				t.Errorf("%s: %q is told from another", form, other)
			}
		}
	}
}

func TestShortTextsHaveNoLikeness(t *testing.T) {
	for _, text := range []string{"", "13800138000", "你好在吗", "https://example.com/a/very/long/path?with=parameters"} {
		if l := likenessOf(text); l.Enough() || l.Keys() != nil {
			t.Errorf("%q is long enough", text)
		}
	}
	if l := likenessOf("海口明天全城停水三天"); !l.Enough() {
		t.Error("ten characters are not enough")
	}
}

// Texts with the stated share of pieces in common are found as often as stated, and strangers are
// rarely candidates.
func TestKeysFindWhatTheyShould(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct{ changed, least, most int }{{0, 1000, 1000}, {8, 970, 1000}, {100, 0, 10}} {
		found := 0
		for range 1000 {
			text := []rune(word(r, 60))
			other := slices.Clone(text)
			for range c.changed { // each changes up to three pieces
				other[r.IntN(len(other))] = 0x4E00 + rune(r.IntN(3000))
			}
			if c.changed == 100 {
				other = []rune(word(r, 60))
			}
			if shareAKey(likenessOf(string(text)), likenessOf(string(other))) {
				found++
			}
		}
		if found < c.least || found > c.most {
			t.Errorf("%d characters changed: %d of 1000 are candidates, wanted %d to %d", c.changed, found, c.least, c.most)
		}
	}
}

func FuzzLikeness(f *testing.F) {
	f.Add("")
	f.Add(advert)
	f.Add(strings.Repeat("\xff", 30))
	f.Fuzz(func(t *testing.T, text string) {
		l := likenessOf(text)
		if l.Enough() && (l.Within(l) != 100 || len(l.Keys()) != likenessKeys) {
			t.Errorf("%q is not like itself", text)
		}
	})
}
