package bots

// Category is what a clue may be about. The list is closed (promise 8): opinion,
// criticism and complaint are not on it and cannot be added by configuration.
type Category string

// The categories.
const (
	Fraud              Category = "fraud"
	Gambling           Category = "gambling"
	WeaponSale         Category = "weapon-sale"
	DrugSale           Category = "drug-sale"
	ForgedPapers       Category = "forged-papers"
	PersonalDataSale   Category = "personal-data-sale"
	UnlawfulSexual     Category = "unlawful-sexual"
	RumourChildSnatch  Category = "rumour-child-snatching"
	RumourDisaster     Category = "rumour-disaster"
	RumourExplosion    Category = "rumour-explosion"
	RumourContaminated Category = "rumour-contamination"
)

// Categories is the closed list, with the words shown to officers.
func Categories() map[Category]string {
	return map[Category]string{
		Fraud: "诈骗", Gambling: "赌博", WeaponSale: "贩卖枪支管制器具", DrugSale: "贩毒", ForgedPapers: "伪造证件",
		PersonalDataSale: "贩卖公民个人信息", UnlawfulSexual: "淫秽色情", RumourChildSnatch: "拐骗儿童虚假警情",
		RumourDisaster: "灾情虚假警情", RumourExplosion: "爆炸虚假警情", RumourContaminated: "污染投毒虚假警情",
	}
}

// Valid says whether c is on the closed list.
func (c Category) Valid() bool { _, ok := Categories()[c]; return ok }

// IsRumour says whether c is a false alarm that endangers the public.
func (c Category) IsRumour() bool {
	return c == RumourChildSnatch || c == RumourDisaster || c == RumourExplosion || c == RumourContaminated
}

// Stance is what a text that matched a rule does with the words (promise 9).
type Stance string

// The stances. Only Asserting may lead to a warning.
const (
	Asserting Stance = "asserting" // offers, sells, spreads
	Victim    Stance = "victim"    // it happened to them
	Cautions  Stance = "cautions"  // warns others
	Quoting   Stance = "quoting"   // reports or quotes
	Asking    Stance = "asking"    // is this true?
	Minor     Stance = "minor"     // the author seems under 18
)
