"""What the made-up people and models talk about. Plain data: the sentences are put together in `texts`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """Something to talk about: things, what they are like, what one does with them. The first are the commonest."""

    name: str
    things: tuple[str, ...]
    kinds: tuple[str, ...]
    deeds: tuple[str, ...]


def _topic(name: str, things: str, kinds: str, deeds: str) -> Topic:
    return Topic(name, tuple(things.split(", ")), tuple(kinds.split(", ")), tuple(deeds.split(", ")))


TOPICS = (
    _topic(
        "programming",
        "function, list, string, file, error, test, loop, class, variable, module, server, query, index, thread, lock,"
        " cache, type, parser, branch, commit, request, response, socket, queue, process, schema, decorator, iterator,"
        " generator, dictionary, exception, timeout, migration, transaction, deadlock, semaphore, coroutine, regex,"
        " checksum, bytecode, hash table, linked list, binary tree, race condition, memory leak, stack trace",
        "slow, empty, nested, recursive, asynchronous, immutable, missing, wrong, cached, sorted, typed, hidden,"
        " deprecated, idempotent, quadratic, thread-safe, off by one",
        "return, call, read, write, sort, parse, raise, catch, copy, cache, lock, merge, rename, refactor, profile,"
        " serialise, decode, memoise, vectorise, backport",
    ),
    _topic(
        "cooking",
        "onion, salt, butter, dough, oven, pan, egg, flour, garlic, stock, sauce, lemon, rice, lentils, yeast, oil,"
        " sugar, milk, cream, pepper, tomato, basil, chickpeas, vinegar, sourdough, aubergine, cardamom, saffron,"
        " meringue, risotto, marzipan, cast-iron pan, double boiler, crème brûlée, jalapeño, tarte tatin",
        "hot, fresh, dry, golden, sour, soft, bitter, crisp, thick, raw, ripe, lukewarm, overproved, caramelised",
        "chop, stir, bake, taste, simmer, knead, salt, fry, whisk, drain, rest, reduce, proof, blanch, deglaze",
    ),
    _topic(
        "travel",
        "train, ticket, hotel, city, border, museum, harbour, passport, airport, ferry, map, station, mountain, beach,"
        " luggage, visa, guide, night train, timetable, platform, youth hostel, old town, tram, lagoon, archipelago,"
        " funicular, caravan, layover, itinerary, Zürich, Kraków, São Paulo, Málaga, Reykjavík",
        "early, late, cheap, direct, crowded, quiet, northern, scenic, closed, booked out, overnight, off-season",
        "book, change, walk, visit, leave, arrive, cross, wait, pack, cancel, reserve, rebook, disembark",
    ),
    _topic(
        "mathematics",
        "number, sum, proof, prime, angle, fraction, equation, set, graph, limit, square, root, matrix, vector, series,"
        " probability, integral, derivative, polynomial, theorem, lemma, eigenvalue, triangle, circle, permutation,"
        " bijection, counterexample, Gödel, Poincaré, Möbius strip, pigeonhole principle, quaternion, hypotenuse",
        "even, odd, finite, positive, equal, convergent, real, prime, continuous, orthogonal, irrational, isomorphic",
        "add, divide, prove, count, square, solve, estimate, multiply, integrate, factor, bound, approximate, invert",
    ),
    _topic(
        "work",
        "meeting, letter, plan, report, team, contract, budget, deadline, customer, offer, invoice, talk, slide,"
        " agenda, minutes, salary, interview, feedback, colleague, manager, notice period, handover, retrospective,"
        " stakeholder, spreadsheet, reimbursement, quarterly review, non-disclosure agreement, résumé",
        "short, clear, late, friendly, formal, honest, urgent, signed, overdue, confidential, polite, ambiguous",
        "write, send, ask, agree, plan, sign, postpone, present, summarise, decline, negotiate, escalate, delegate",
    ),
    _topic(
        "history",
        "war, king, empire, city, treaty, revolution, trade, church, law, army, ship, harvest, plague, border, coin,"
        " parliament, guild, monastery, colony, siege, chronicle, dynasty, cathedral, quinquereme, palimpsest,"
        " Byzantium, Hanseatic League, Charlemagne, Suleiman, Cortés, Gdańsk, silk road, printing press, steam engine",
        "old, long, first, lost, great, northern, medieval, forgotten, disputed, imperial, contemporary, apocryphal",
        "rule, conquer, trade, fall, write, build, rebel, crown, defeat, abolish, besiege, translate, excavate",
    ),
    _topic(
        "garden",
        "soil, water, leaf, seed, tree, rose, lawn, compost, root, bed, bee, frost, shade, hedge, pot, bulb, weed,"
        " mulch, slug, aphid, greenhouse, pruning saw, rhubarb, quince, wisteria, hydrangea, nasturtium, ladybird,"
        " raised bed, drip line, leaf mould, powdery mildew",
        "dry, wet, early, tall, hardy, shady, young, bare, evergreen, heavy, sandy, waterlogged, frost-tender",
        "water, plant, cut, dig, grow, sow, prune, feed, cover, repot, thin out, graft, overwinter, deadhead",
    ),
    _topic(
        "music",
        "song, chord, key, piano, guitar, note, rhythm, scale, voice, choir, violin, bar, melody, interval, tempo,"
        " string, bow, octave, fugue, sonata, metronome, mouthpiece, embouchure, counterpoint, arpeggio, glissando,"
        " Dvořák, Fauré, Janáček, circle of fifths, dominant seventh",
        "loud, minor, major, slow, flat, sharp, warm, steady, sustained, syncopated, diminished, pentatonic",
        "play, sing, tune, hear, practise, count, transpose, record, arrange, improvise, sight-read, modulate",
    ),
    _topic(
        "health",
        "sleep, pain, knee, back, doctor, blood, heart, diet, muscle, fever, vitamin, cough, allergy, tablet, dose,"
        " headache, exercise, posture, vaccine, infection, physiotherapist, ibuprofen, cholesterol, migraine, tinnitus,"
        " vertigo, pollen, iron deficiency, blood pressure, side effect",
        "mild, sore, tired, chronic, sudden, healthy, swollen, harmless, acute, recurrent, inflamed, over-the-counter",
        "rest, walk, eat, sleep, stretch, breathe, measure, heal, cool, ask, diagnose, elevate, rehydrate",
    ),
    _topic(
        "home",
        "door, wall, window, lamp, roof, pipe, floor, table, paint, screw, wood, key, boiler, tap, radiator, shelf,"
        " socket, fuse, hinge, tile, drill, insulation, gutter, skirting board, washing machine, circuit breaker,"
        " thermostat, spirit level, silicone, limescale, dowel, ball valve",
        "loose, broken, white, damp, narrow, level, sealed, rusty, draughty, load-bearing, hollow, self-levelling",
        "fix, open, paint, drill, clean, hang, measure, seal, replace, sand, tighten, bleed, unclog, rewire",
    ),
)

# Sentences with places for a thing {t}, another {u}, a kind {k} and a deed {d}.
PROMPTS = (
    "How do I {d} a {k} {t}?",
    "What is the difference between a {t} and a {u}?",
    "Why is my {t} {k} when I {d} the {u}?",
    "Explain the {t} to me as if I were twelve.",
    "Is it better to {d} the {t} before the {u}, or after it?",
    "Give me three ways to {d} the {t}, and say which one you would choose.",
    "My {t} is {k}. What should I look at first?",
    "I want to {d} a {t} without a {u}. Is that possible?",
    "Which {t} is best for someone who has never tried to {d} one?",
    "Summarise what matters about the {k} {t} in two sentences.",
    "Write a short note about the {t} and why it is {k}.",
    "Make a table of {t}, {u} and what they cost.",
)
FOLLOW_UPS = (
    "And what about the {u}?",
    "Could you say that again, but shorter?",
    "Are you sure that the {t} is {k}?",
    "What happens if I {d} it twice?",
    "Show me an example with a {k} {u}.",
    "Thank you. One more thing: how long does the {t} take?",
    "That did not work: the {t} is still {k}.",
    "Why not {d} the {u} instead?",
)
THOUGHTS = (
    "The user asks about the {t}.",
    "Let me think about what a {k} {t} would mean here.",
    "First, what do I know about the {u}?",
    "If the {t} is {k}, then one would have to {d} the {u} first.",
    "Wait, that is not quite right: the {t} and the {u} are different things.",
    "Actually, let me check that again.",
    "Hmm, a {k} {u} is possible, but it seems unlikely.",
    "There are two cases: either the {t} is {k}, or it is not.",
    "In the first case it is enough to {d} it.",
    "In the second case the {u} matters more than the {t}.",
    "So the answer should mention the {t}, and say why one would {d} it.",
    "I should keep it short and give an example.",
    "Perhaps they mean the {u} and not the {t}; I can cover both.",
    "That confirms what I thought about the {k} {t}.",
)
ANSWERS = (
    "A {t} is {k} when the {u} has not been there long enough.",
    "Begin with the {t}: it decides whether you can {d} the {u} at all.",
    "You can {d} the {t} at any time, as long as the {u} is not {k}.",
    "In practice the {k} {t} is the more common one.",
    "Most people {d} the {u} first and look at the {t} afterwards.",
    "If that does not help, {d} the {t} again and watch the {u}.",
    "The {t} matters more than it seems, because the {u} depends on it.",
    "It is worth while to {d} a second {t}, so that you can compare the two.",
    "There is no need to {d} the {u} unless it is {k}.",
    "Note that a {k} {u} can look like a {t} at first sight.",
    "Keep the {t} and the {u} apart until you are sure.",
    "That is also why a {k} {t} costs more than a {u}.",
)

# Whole sentences in other languages: prompt, thought, answer.
FOREIGN = {
    "français": (
        ("Où puis-je trouver une école de théâtre près de la gare ?", "Comment réchauffer un gratin sans le brûler ?",
         "Peux-tu résumer l'été de 1936 en trois phrases ?", "Quelle différence y a-t-il entre « près » et « prêt » ?"),
        ("L'utilisateur demande une réponse brève, en français.", "Voyons d'abord ce que l'on sait déjà.",
         "C'est peut-être une question de grammaire plutôt que d'histoire.", "Je dois vérifier ce détail à nouveau."),
        ("Voilà l'essentiel, sans entrer dans les détails.", "Il vaut mieux commencer par le plus simple.",
         "Cela dépend du théâtre et de la saison.", "On y répète tôt le matin, même à Noël."),
    ),
    "Deutsch": (
        ("Wie spüle ich eine gusseiserne Pfanne richtig?", "Warum heißt die Straße in Köln so?",
         "Erkläre mir den Unterschied zwischen „dass“ und „das“.", "Welcher Zug fährt früh nach Zürich?"),
        ("Zunächst überlege ich, was gemeint sein könnte.", "Das hängt vermutlich vom Gefüge ab.",
         "Ich sollte die Antwort kürzer fassen.", "Möglicherweise ist Übung hier wichtiger als Theorie."),
        ("Kurz gesagt: mit heißem Wasser und ohne Spülmittel.", "Die Antwort überrascht viele.",
         "Man müsste es für jede Größe einzeln prüfen.", "Das gilt übrigens auch für Österreich."),
    ),
    "español": (
        ("¿Cómo se pronuncia «pingüino»?", "¿Qué año nació la compañía de mi abuelo en Málaga?",
         "Explícame la diferencia entre «sino» y «si no».", "¿Dónde está el jardín botánico más antiguo?"),
        ("El usuario pregunta por la ortografía.", "Quizá convenga dar un ejemplo más.",
         "Primero reviso lo que ya está dicho.", "No estoy seguro de ese año; mejor decirlo."),
        ("Sí, lleva diéresis, igual que «vergüenza».", "Mañana podría ser distinto, según la región.",
         "La razón es histórica y bastante sencilla.", "Así lo explica también la gramática."),
    ),
    "русский": (
        ("Как правильно ставить ударение в слове «звонит»?", "Почему небо синее, а закат красный?",
         "Посоветуй книгу о Древней Руси."),
        ("Пользователь спрашивает о языке.", "Сначала вспомню правило, потом пример.", "Надо ответить коротко."),
        ("Ударение падает на второй слог.", "Дело в рассеянии света.", "Начните с летописи, она короче, чем кажется."),
    ),
    "日本語": (
        ("東京から京都まで新幹線でどのくらいかかりますか。", "「は」と「が」の違いを教えてください。",
         "猫が夜に鳴くのはなぜですか。"),
        ("質問は日本語についてです。", "まず例を考えてみよう。", "短く答えるのがよさそうだ。"),
        ("およそ二時間十五分です。", "話題には「は」、新しい情報には「が」を使います。",
         "猫は夜行性なので、夜に活発になります。"),
    ),
}  # fmt: skip

CODE = (
    (
        "python",
        "def {t}(items: list[int]) -> int:\n    total = 0\n    for item in items:\n        if item % 2 == 0:\n"
        "            total += item  # only the even ones\n    return total\n\n\nprint({t}([1, 2, 3, 4]))",
    ),
    (
        "sql",
        "SELECT name, count(*) AS {t}_count\nFROM {t}\nWHERE created_at > now() - interval '7 days'\nGROUP BY name\n"
        "ORDER BY {t}_count DESC;",
    ),
    ("bash", 'for file in ./{t}/*.txt; do\n  wc -l "$file" || exit 1\ndone | sort -n | tail -5'),
    (
        "javascript",
        "export async function {t}(address) {{\n  const answer = await fetch(address);\n  if (!answer.ok) throw new"
        " Error(`${{answer.status}}`);\n  return answer.json();\n}}",
    ),
)
FORMULAS = (
    r"$$\sum_{k=1}^{n} k = \frac{n(n+1)}{2}$$",
    r"The length is $\sqrt{a^2 + b^2}$, and the angle $\varphi = \arctan\frac{b}{a}$.",
    r"$$\int_0^1 x^2\,dx = \frac{1}{3}$$",
    r"So $P(A \mid B) = \frac{P(B \mid A)\,P(A)}{P(B)}$.",
)


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _split(
    "alice bob charlie dora emil frida gustav hanna igor jana karim lena marek nora oskar paula quentin rosa sven tilda"
    " ulrich vera wanda xaver yara zeno amina bruno clara david elena farid greta hugo iris jonas kaya leo mina noah"
    " olga pavel rania simon thea umar viola wim yusuf zoe"
)
# Of these the names of people and places are made that only one conversation speaks of.
SYLLABLES = _split(
    "ba be bo bri ca co cu da de dra du el fa fen fi ga gri gu ha hel in jo ka ke kla lo lu ma mir mo na nel no or pa"
    " pe qua ra ri sa sel sti ta ter tho ul va vel vi wa win xi yo za zel zu"
)
