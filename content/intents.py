"""The plain words by which people tell the bot what they want, in each of our languages.

The bot's fixed keys carry the first of them, as commands can only be written in Latin letters.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

import regex

from content.languages import ours
from content.spelling import fold


class Intent(StrEnum):
    """What a person may want of the bot at any moment."""

    TODAY = "today"
    PAUSE = "pause"
    RESUME = "resume"
    FORGET = "forget"
    HELP = "help"
    DONE = "done"
    NOT_TODAY = "not_today"
    HIDE = "hide"
    YES = "yes"
    NO = "no"
    LANGUAGE = "language"
    CITY = "city"
    TIME = "time"
    SAFETY = "safety"
    PROGRESS = "progress"
    MY_DATA = "my_data"


_WAYS: Final[Mapping[str, Mapping[Intent, str]]] = {
    "ar": {
        Intent.TODAY: "مهمّة اليوم | اليوم | المهمّة | مهمّة | مهمّتي | ما مهمّة اليوم",
        Intent.PAUSE: "إيقاف مؤقّت | توقّف | إيقاف | أوقف | أوقفوا | قف | وقّف | كفى | ستوب | إلغاء الاشتراك | ألغِ الاشتراك",
        Intent.RESUME: "استئناف | متابعة | استمرار | عودة | أكمل",
        Intent.FORGET: "محو أثري | محو بياناتي | حذف بياناتي | انسني | انسوني | امسح بياناتي | احذف بياناتي",
        Intent.HELP: "مساعدة | المساعدة | ساعدوني | ساعدني | كيف يعمل هذا",
        Intent.DONE: "تمّ | أنجزت | أنجزتها | انتهيت | خلصت | تمّت",
        Intent.NOT_TODAY: "ليس اليوم | مش اليوم | مو اليوم | ليس الآن | تخطّي",
        Intent.HIDE: "إخفاء | أخفِ | خبّي | إخفاء الرسائل",
        Intent.YES: "نعم | أجل | أيوه | أكيد | تمام | موافق | موافقة",
        Intent.NO: "لا | كلّا | لا شكرًا | لأ",
        Intent.LANGUAGE: "اللغة | لغة | لغتي | تغيير اللغة",
        Intent.CITY: "المدينة | مدينة | مدينتي | تغيير المدينة",
        Intent.TIME: "الساعة | ساعة | الوقت | التوقيت | تغيير الساعة | تغيير الوقت",
        Intent.SAFETY: "الأمان | أمان | السلامة | سلامتي | أماني",
        Intent.PROGRESS: "تقدّمي | التقدّم | إنجازاتي | إنجازي",
        Intent.MY_DATA: "بياناتي | معلوماتي | البيانات | ماذا تعرفون عنّي",
    },
    "en": {
        Intent.TODAY: "Today’s task | today | task | my task | what can I do today",
        Intent.PAUSE: "Pause | stop | stop it | halt | enough | quit | unsubscribe",
        Intent.RESUME: "Resume | continue | go on | start again | unpause",
        Intent.FORGET: "Forget me | forget | delete me | erase me | delete my data | erase my data | delete everything",
        Intent.HELP: "Help | help me | how does this work | what can you do",
        Intent.DONE: "Done | did it | I did it | finished | completed",
        Intent.NOT_TODAY: "Not today | skip | skip today | not now",
        Intent.HIDE: "Hide | hide it | hide this | hide messages",
        Intent.YES: "Yes | yeah | yep | OK | okay | sure",
        Intent.NO: "No | nope | no thanks | no thank you",
        Intent.LANGUAGE: "Language | languages | my language | change language",
        Intent.CITY: "City | my city | town | change city",
        Intent.TIME: "Time | hour | my time | change time",
        Intent.SAFETY: "Safety | my safety | security | what is safe for me",
        Intent.PROGRESS: "My progress | progress | streak | my streak",
        Intent.MY_DATA: "My data | data | what do you know about me | what do you store",
    },
    "fr": {
        Intent.TODAY: "Tâche du jour | action du jour | aujourd’hui | tâche | ma tâche | que faire aujourd’hui",
        Intent.PAUSE: "Pause | arrêt | stop | arrête | arrêtez | arrêter | ça suffit | se désabonner | me désabonner | désabonnement | désinscription",
        Intent.RESUME: "Reprendre | reprise | continuer | recommencer",
        Intent.FORGET: "Effacer mes traces | oublie-moi | oubliez-moi | m’oublier | supprimer mes données | tout effacer",
        Intent.HELP: "Aide | aide-moi | aidez-moi | besoin d’aide | comment ça marche",
        Intent.DONE: "C’est fait | fait | terminé | fini | je l’ai fait",
        Intent.NOT_TODAY: "Pas aujourd’hui | pas maintenant | passer | pas cette fois",
        Intent.HIDE: "Masquer | cacher | masquer les messages",
        Intent.YES: "Oui | ouais | d’accord | OK | bien sûr",
        Intent.NO: "Non | non merci | pas d’accord",
        Intent.LANGUAGE: "Langue | ma langue | langues | changer de langue",
        Intent.CITY: "Ville | ma ville | changer de ville",
        Intent.TIME: "Heure | mon heure | horaire | changer l’heure",
        Intent.SAFETY: "Sécurité | ma sécurité | sûreté",
        Intent.PROGRESS: "Ma progression | progression | progrès | mes progrès",
        Intent.MY_DATA: "Mes données | données | que savez-vous de moi",
    },
    "de": {
        Intent.TODAY: "Tagesaufgabe | Aufgabe des Tages | heute | Aufgabe | meine Aufgabe | was kann ich heute tun",
        Intent.PAUSE: "Pause | Stopp | stop | halt | anhalten | pausieren | aufhören | abmelden | abbestellen",
        Intent.RESUME: "Fortsetzen | weiter | weitermachen | fortfahren",
        Intent.FORGET: "Meine Spuren löschen | vergiss mich | vergesst mich | meine Daten löschen | alles löschen",
        Intent.HELP: "Hilfe | hilf mir | helft mir | wie geht das",
        Intent.DONE: "Erledigt | fertig | gemacht | geschafft",
        Intent.NOT_TODAY: "Heute nicht | nicht heute | jetzt nicht | überspringen",
        Intent.HIDE: "Ausblenden | verbergen | verstecken | Nachrichten ausblenden",
        Intent.YES: "Ja | jawohl | klar | okay | einverstanden",
        Intent.NO: "Nein | nö | nee | nein danke",
        Intent.LANGUAGE: "Sprache | meine Sprache | Sprachen | Sprache ändern",
        Intent.CITY: "Stadt | meine Stadt | Stadt ändern",
        Intent.TIME: "Uhrzeit | Zeit | Stunde | Uhrzeit ändern",
        Intent.SAFETY: "Sicherheit | meine Sicherheit | Schutz",
        Intent.PROGRESS: "Mein Fortschritt | Fortschritt | Fortschritte | mein Stand",
        Intent.MY_DATA: "Meine Daten | Daten | was wisst ihr über mich | was ist gespeichert",
    },
    "tr": {
        Intent.TODAY: "Günün görevi | bugün | görev | görevim | bugünkü görev | bugün ne yapabilirim",
        Intent.PAUSE: "Duraklat | dur | durdur | durdurun | ara ver | mola | yeter | stop | iptal | abonelikten çık",
        Intent.RESUME: "Devam et | devam | sürdür | yeniden başla | tekrar başla",
        Intent.FORGET: "İzlerimi sil | beni unut | beni unutun | beni sil | verilerimi sil | her şeyi sil",
        Intent.HELP: "Yardım | yardım et | yardım edin | nasıl çalışıyor",
        Intent.DONE: "Yaptım | tamamlandı | bitti | bitirdim",
        Intent.NOT_TODAY: "Bugün değil | bugün olmaz | şimdi değil | atla",
        Intent.HIDE: "Gizle | mesajları gizle | mesajları sakla",
        Intent.YES: "Evet | tamam | olur | tabii",
        Intent.NO: "Hayır | yok | olmaz | hayır teşekkürler",
        Intent.LANGUAGE: "Dil | dilim | dil değiştir | dili değiştir",
        Intent.CITY: "Şehir | şehrim | şehir değiştir | şehri değiştir",
        Intent.TIME: "Saat | zaman | saat değiştir | saati değiştir",
        Intent.SAFETY: "Güvenlik | güvenliğim | benim için ne güvenli",
        Intent.PROGRESS: "Yaptıklarım | ilerlemem | ilerleme | neler yaptım",
        Intent.MY_DATA: "Verilerim | veriler | bilgilerim | hakkımda ne biliyorsunuz",
    },
}
_IGNORED: Final = regex.compile(r"[\p{Default_Ignorable_Code_Point}'’‘ʼ`´]")
_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}]+")


def label(intent: Intent, language: str) -> str:
    """What the key for an intent says to a reader of ``language``; in English where it is not one of ours."""
    return ways(intent, ours(language))[0]


def ways(intent: Intent, language: str) -> tuple[str, ...]:
    """The ways to say an intent in one of our languages, the label first."""
    return tuple(_WAYS[language][intent].split(" | "))


def intent_of(text: str) -> Intent | None:
    """What a message asks for, in whichever of our languages; nothing where it says more than that.

    Case, punctuation, emoji, accents, vowel marks, tatweel and the spellings of alef, hamza and teh do not matter.
    """
    return _INTENTS.get(_folded(text))


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", _IGNORED.sub("", text))
    return " ".join(filter(None, map(fold, _WORD.findall(plain))))


def _understood() -> Iterator[tuple[str, Intent]]:
    for language, intents in _WAYS.items():
        for intent in intents:
            yield from ((_folded(way), intent) for way in ways(intent, language))


_INTENTS: Final[Mapping[str, Intent]] = dict(_understood())
