"""Names of colours that everybody in a trade or a country knows, and those of RAL without their numbers."""

from collections.abc import Iterator

import pytest

from shared.colour.cmc import delta_e_cmc
from shared.colour.words import read_colour_words
from shared.colour.words.lexicon import lexicon
from tests.support.colour_looks import looks_like

# A line: how light the colour is and which, and names of it in five languages.
NAMES = """
light turquoise: duck egg blue, duck-egg blue, robin egg blue, Tiffany blue
beige: magnolia, Sahara, desert sand, biscuit, khaki beige, latte, cappuccino, Bahamabeige, Saharabeige, Kamel,
    Haferbeige, Champagner, Café au lait, Latte Macchiato, beige sable, coquille d'œuf, mastic, ficelle, lin, beige
    camel, beis arena, camello, café con leche, corda, caffelatte, tortora chiaro, Sandstein, hemp, almond, nougat
    clair
black: off black, off-black, pitch black, coal black, ink black, raven, piano black, lamp black, vanta black,
    Vantablack, soot black, midnight black, obsidian, liquorice, ivory black, blue-black dark, Pechschwarz,
    Rabenschwarz, Kohlschwarz, Ebenholzschwarz, Tiefschwarz, Klavierlackschwarz, Lakritz, Rußschwarz, Obsidian, noir
    de jais, noir corbeau, noir charbon, noir d'encre, noir piano, réglisse, negro cuervo, negro piano, negro ébano,
    nero corvino, nero pece, nero ebano, nero pianoforte, nero fumo, liquirizia, nero inchiostro, nero assoluto
blue: Enzianblau, bleu gentiane, azul genciana, blu genziana, royal blue, Oxford blue, Yale blue, French blue, Klein
    blue, International Klein Blue, Majorelle blue, Delft blue, Copenhagen blue, Chelsea blue, Yves Klein blau,
    Prussian blue, Bondi blue, air force blue, RAF blue, denim, Ford blue, Pepsi blue, IKEA blue, Dodger blue,
    cerulean, lapis lazuli, sapphire, bleu de France, bleu Klein, bleu Majorelle, bleu de Delft, bleu gendarme, bleu
    police, bleu gitane, bleu Nattier, bleu dur, bleu de travail, Königsblau, Delfter Blau, Preußischblau, Berliner
    Blau, Kornblumenblau, Tintenblau, Pflaumenblau, Jeansblau, THW-Blau, Ultramarin, Polizeiblau, azul klein, azul
    de Delft, azul Prusia, azul Francia, azul policía, azul tinta, azul añil, azul mahón, blu Savoia, blu Cina, blu
    carta da zucchero, blu Klein, blu inchiostro, blu aviazione, blu estoril, blu polizia, azzurro Savoia
brown: milk chocolate brown, chestnut brown, walnut brown, whisky, whiskey brown, conker, tan leather, saddle brown,
    nutmeg, nougat, Nougatbraun, Cognacbraun, Kastanienbraun, Zimtbraun, Haselnussbraun, Walnussbraun, Schlammbraun,
    brun cognac, brun café, marron glacé, brun noisette, brun cannelle, brun tabac, marron chocolat, marrón café,
    marrón coñac, marrón nuez, marrón tabaco, marrón cuero, marrone cuoio, marrone tabacco, marrone cognac, marrone
    caffè, UPS brown, van dyke brown, Vandyke brown, burnt sienna, raw umber, bistre, espresso brown, ristretto,
    Sattelbraun, terra di Siena, terre de Sienne brûlée
dark green: British racing green, bottle green, Brunswick green, Lodengrün, Rennsportgrün, vert wagon, verde
    inglese, verde botella, Jagdgrün
dark grey: gun metal grey, gunmetal grey, gris canon de fusil, canna di fucile, charcoal, charcoal grey, slate,
    Schiefer, Eisengrau, Marengo, grigio canna di fucile, gris anthracite, Graphit, Nardo grey dark, iron grey,
    Bleigrau
dark red: oxblood, ox blood red, sang de boeuf, Ochsenblut, sangre de toro, sangue di bue, claret, port wine, deep
    wine, Marsala, Bordeauxrot, rouge bourgogne, rouge hermès, rojo burdeos, rojo borgoña, rosso pompeiano, black
    cherry, Schwarzkirsche, cerise noire, merlot, Chianti, Barolo, rouge opéra, Schwedenrot, falun red, Rotwein,
    vino tinto, rosso bordò
green: British racing green, BRG, verde inglese, Brunswick green, Kelly green, emerald green, shamrock green, Irish
    green, bottle green, John Deere green, tractor green, British Racing Green metallic, Lincoln green, viridian,
    malachite, billiard green, pool table green, golf green, Kawasaki green, frog green, Kermit green, pea green,
    Granny Smith green, jade green, Brazil green, Irischgrün, Russischgrün, Schweinfurter Grün, Billardgrün,
    Froschgrün, Waldmeistergrün, Erbsengrün, Kleegrün, Efeugrün, Tannengrün, Rennsportgrün, Loden, lodengrün,
    Polizeigrün, Jagdgrün, vert billard, vert empire, vert impérial, vert wagon, vert golf, vert grenouille, vert
    trèfle, vert lierre, vert petit pois, vert irlandais, vert chasseur, vert Véronèse, verde billar, verde cazador,
    verde trébol, verde irlandés, verde carruajes, verde rana, verde guisante, verde biliardo, verde irlandese,
    verde trifoglio, verde pisello, verde vagone, verde Kawasaki, verde caccia
grey: Nardo grey, dolphin grey, elephant grey, Elefantengrau, Delfingrau, Mausgrau, gris éléphant, gris ratón, gris
    elefante, grigio elefante, grigio tortora, zinc grey, titanium grey, Taubengrau, goose grey, gris tourterelle,
    gull grey, French grey, nardograu, Möwengrau, gris delfín, grigio delfino, Silbergrau, gris galet, Kieselgrau
light blue: eggshell blue, Columbia blue, sky blue, bleu dragée, Entenei-Blau, Babyblau, Eisblau, Himmelblau,
    azzurro bebè, Gulf blue, celestino
orange: hi-vis orange, hunter orange, blaze orange, international orange, KTM orange, Dutch orange, Kubota orange,
    Husqvarna orange, pumpkin orange, carrot orange, blood orange, Jaffa orange, Karottenorange, Kürbisorange,
    Mandarinenorange, Warnorange, Stihl-Orange, orange sécurité, orange carotte, orange mandarine, orange
    citrouille, naranja butano, naranja zanahoria, naranja calabaza, naranja seguridad, naranja mandarina, arancione
    carota, arancione zucca, arancione mandarino, arancio sicurezza, apricot orange, papaya orange, persimmon,
    mango, papaya
pink: candy pink, flamingo pink, millennial pink, rose quartz, ballet pink, ballet slipper, carnation pink, Barbie
    pink, Telekom-Magenta, rose dragée, rose Barbie, rose nude, rose layette, Babyrosa, Schweinchenrosa, Barbierosa,
    Bonbonrosa, Rosenquarz, rosa bebé, rosa Barbie, rosa cuarzo, rosa flamenco, rosa bebè, rosa quarzo, rosa
    shocking, rosa fenicottero, tea rose, puce rose
purple: Cadbury purple, imperial purple, Tyrian purple, bishop purple, grape, plum, violet, ultraviolet, lilac,
    Milka-Lila, Aubergine, Pflaume, Brombeere, Flieder, Lavendel, Königspurpur, Amethyst, violet évêque, lie de vin
    violet, parme, améthyste, violet royal, morado obispo, amatista, púrpura imperial, púrpura de Tiro, viola
    vescovo, ametista, viola imperiale
red: pillar box red, pillarbox red, post box red, letterbox red, London bus red, phone box red, telephone box red,
    postbox red, fire truck red, candy apple red, apple red, rosso corsa, cadmium red, Chinese red, lacquer red,
    Ferrari red, stop sign red, rescue red, guards red, chilli red, barn red, flag red, cardinal red, pepper red,
    imperial red, Coca-Cola red, ketchup red, Santa red, rouge Ferrari, rouge pompier, rouge Bugatti, rouge basque,
    rouge baiser, rouge andrinople, rouge de Chine, rouge groseille, rouge cardinal, rouge grenadine, rouge drapeau,
    rojo Ferrari, rojo bombero, rojo pasión, rojo cardenal, rojo bandera, rojo fresa, rojo pimentón, rojo China,
    rosso cardinale, rosso valentino, rosso bandiera, rosso Maranello, rosso lacca, Feuerwehrrot, Ferrarirot,
    Kardinalrot, Chinarot, Chilirot, Paprikarot, Kadmiumrot, Lackrot, Apfelrot, Cola-Rot, Klatschmohnrot, Mohnrot,
    Marlbororot, Verkehrsrot, rouge signalisation, rojo tráfico, rosso traffico
turquoise: duck blue, teal, teal blue, teal green, Petrol, lagoon, lagoon blue, Caribbean blue, Karibikblau,
    Lagunenblau, Entenblau, Ententürkis, bleu lagon, bleu caraïbes, turquoise foncé, azul pato, verde azulado
    petróleo, azul laguna, azul caribe, azul pavo real, blu laguna, blu caraibi, acquamarina, blu pavone, cyan,
    celadon turquoise, sea blue green
white: Schneeweiß, bone white, chalk white, paper white, polar white, alpine white, alabaster, Alpinweiß, Polarweiß,
    Arktisweiß, Kreideweiß, Gletscherweiß, glacier white, blanc polaire, blanc albâtre, blanc craie, blanc lys,
    blanc papier, blanc glacier, blanco polar, blanco tiza, blanco ártico, blanco glaciar, bianco polare, bianco
    gesso, bianco carta, bianco alpino, optical white, Hochweiß, ceiling white, refrigerator white, fridge white,
    white goods white, magnolia, eggshell, off white, half white, old lace, ghost white, linen, Sanitärweiß,
    Pergamon, blanco sanitario, blanc sanitaire, bianco sanitario, ultra white, Bahama beige light, lily white,
    whiter than white, Lichtweiß, winter white, swan white, blanc d'Espagne, blanc lait
yellow: postgelb, Post-Gelb, post office yellow, taxi yellow, New York taxi yellow, cab yellow, school bus yellow,
    Caterpillar yellow, JCB yellow, banana yellow, cadmium yellow, primrose yellow, daffodil, sunflower yellow,
    sulphur yellow, egg yolk yellow, Naples yellow, safety yellow, hi-vis yellow, DHL yellow, ADAC-Gelb, Taxigelb,
    Postgelb, Sonnenblumengelb, Eigelb, Kanariengelb, Quittengelb, Schwefelgelb, Bananengelb, Neapelgelb, jaune
    poste, jaune La Poste, jaune taxi, jaune banane, jaune citron, jaune d'œuf, jaune tournesol, jaune de Naples,
    jaune soufre, jaune mimosa, jaune bouton d'or, amarillo taxi, amarillo Correos, amarillo plátano, amarillo
    girasol, amarillo yema, amarillo Nápoles, giallo taxi, giallo poste, giallo banana, giallo girasole, giallo
    uovo, giallo Modena, giallo Napoli
"""

# A line: a number of RAL Classic and its names in German, French, Spanish and Italian, as RAL lists them.
RAL = """
1000 Grünbeige|Beige vert|Beige verdoso|Beige verdastro
1001 Beige|Beige|Beige|Beige
1002 Sandgelb|Jaune sable|Amarillo arena|Giallo sabbia
1003 Signalgelb|Jaune de sécurité|Amarillo señales|Giallo segnale
1004 Goldgelb|Jaune or|Amarillo oro|Giallo oro
1005 Honiggelb|Jaune miel|Amarillo miel|Giallo miele
1006 Maisgelb|Jaune maïs|Amarillo maíz|Giallo polenta
1007 Narzissengelb|Jaune narcisse|Amarillo narciso|Giallo narciso
1011 Braunbeige|Beige brun|Beige pardo|Beige marrone
1012 Zitronengelb|Jaune citron|Amarillo limón|Giallo limone
1013 Perlweiß|Blanc perlé|Blanco perla|Bianco perla
1014 Elfenbein|Ivoire|Marfil|Avorio
1015 Hellelfenbein|Ivoire clair|Marfil claro|Avorio chiaro
1016 Schwefelgelb|Jaune soufre|Amarillo azufre|Giallo zolfo
1017 Safrangelb|Jaune safran|Amarillo azafrán|Giallo zafferano
1018 Zinkgelb|Jaune zinc|Amarillo de zinc|Giallo zinco
1019 Graubeige|Beige gris|Beige agrisado|Beige grigiastro
1020 Olivgelb|Jaune olive|Amarillo oliva|Giallo olivastro
1021 Rapsgelb|Jaune colza|Amarillo colza|Giallo navone
1023 Verkehrsgelb|Jaune signalisation|Amarillo tráfico|Giallo traffico
1024 Ockergelb|Jaune ocre|Amarillo ocre|Giallo ocra
1026 Leuchtgelb|Jaune brillant|Amarillo brillante|Giallo brillante
1027 Currygelb|Jaune curry|Amarillo curry|Giallo curry
1028 Melonengelb|Jaune melon|Amarillo melón|Giallo melone
1032 Ginstergelb|Jaune genêt|Amarillo retama|Giallo scopa
1033 Dahliengelb|Jaune dahlia|Amarillo dalia|Giallo dalia
1034 Pastellgelb|Jaune pastel|Amarillo pastel|Giallo pastello
1035 Perlbeige|Beige nacré|Beige perlado|Beige perlato
1036 Perlgold|Or nacré|Oro perlado|Oro perlato
1037 Sonnengelb|Jaune soleil|Amarillo sol|Giallo sole
2000 Gelborange|Orangé jaune|Amarillo naranja|Arancio giallastro
2001 Rotorange|Orangé rouge|Rojo anaranjado|Arancio rossastro
2002 Blutorange|Orangé sang|Naranja sanguineo|Arancio sanguigno
2003 Pastellorange|Orangé pastel|Naranja pálido|Arancio pastello
2004 Reinorange|Orangé pur|Naranja puro|Arancio puro
2005 Leuchtorange|Orangé brillant|Naranja brillante|Arancio brillante
2007 Leuchthellorange|Orangé clair brillant|Naranja claro brillante|Arancio chiaro brillante
2008 Hellrotorange|Orangé rouge clair|Rojo claro anaranjado|Rosso arancio chiaro
2009 Verkehrsorange|Orangé signalisation|Naranja tráfico|Arancio traffico
2010 Signalorange|Orangé de sécurité|Naranja señales|Arancio segnale
2011 Tieforange|Orangé foncé|Naranja intenso|Arancio profondo
2012 Lachsorange|Orangé saumon|Naranja salmón|Arancio salmone
3000 Feuerrot|Rouge feu|Rojo vivo|Rosso fuoco
3001 Signalrot|Rouge de sécurité|Rojo señales|Rosso segnale
3002 Karminrot|Rouge carmin|Rojo carmín|Rosso carminio
3003 Rubinrot|Rouge rubis|Rojo rubí|Rosso rubino
3004 Purpurrot|Rouge pourpre|Rojo púrpura|Rosso porpora
3005 Weinrot|Rouge vin|Rojo vino|Rosso vino
3007 Schwarzrot|Rouge noir|Rojo negruzco|Rosso nerastro
3009 Oxidrot|Rouge oxyde|Rojo óxido|Rosso ossido
3011 Braunrot|Rouge brun|Rojo pardo|Rosso marrone
3012 Beigerot|Rouge beige|Rojo beige|Rosso beige
3013 Tomatenrot|Rouge tomate|Rojo tomate|Rosso pomodoro
3014 Altrosa|Vieux rose|Rojo viejo|Rosa antico
3015 Hellrosa|Rose clair|Rosa claro|Rosa chiaro
3016 Korallenrot|Rouge corail|Rojo coral|Rosso corallo
3017 Rosé|Rosé|Rosa|Rosato
3018 Erdbeerrot|Rouge fraise|Rojo fresa|Rosso fragola
3020 Verkehrsrot|Rouge signalisation|Rojo tráfico|Rosso traffico
3022 Lachsrot|Rouge saumon|Rojo salmón|Rosso salmone
3024 Leuchtrot|Rouge brillant|Rojo brillante|Rosso brillante
3027 Himbeerrot|Rouge framboise|Rojo frambuesa|Rosso lampone
3028 Reinrot|Rouge pur|Rojo puro|Rosso puro
3031 Orientrot|Rouge oriental|Rojo oriente|Rosso oriente
4001 Rotlila|Lilas rouge|Rojo lila|Lilla rossastro
4002 Rotviolett|Violet rouge|Rojo violeta|Viola rossastro
4003 Erikaviolett|Violet bruyère|Violeta érica|Viola erica
4004 Bordeauxviolett|Violet bordeaux|Burdeos|Viola bordeaux
4005 Blaulila|Lilas bleu|Lila azulado|Lilla bluastro
4006 Verkehrspurpur|Pourpre signalisation|Púrpura tráfico|Porpora traffico
4007 Purpurviolett|Violet pourpre|Violeta púrpura|Porpora violetto
4008 Signalviolett|Violet de sécurité|Violeta señales|Violetto segnale
4009 Pastellviolett|Violet pastel|Violeta pastel|Violetto pastello
4010 Telemagenta|Telemagenta|Magenta tele|Tele magenta
4011 Perlviolett|Violet nacré|Violeta perlado|Violetto perlato
4012 Perlbrombeer|Mûre nacré|Morado perlado|Mora perlato
5000 Violettblau|Bleu violet|Azul violeta|Blu violaceo
5001 Grünblau|Bleu vert|Azul verdoso|Blu verdastro
5002 Ultramarinblau|Bleu outremer|Azul ultramar|Blu oltremare
5003 Saphirblau|Bleu saphir|Azul zafiro|Blu zaffiro
5004 Schwarzblau|Bleu noir|Azul negruzco|Blu nerastro
5005 Signalblau|Bleu de sécurité|Azul señales|Blu segnale
5007 Brillantblau|Bleu brillant|Azul brillante|Blu brillante
5008 Graublau|Bleu gris|Azul grisáceo|Blu grigiastro
5009 Azurblau|Bleu azur|Azul azur|Blu azzurro
5010 Enzianblau|Bleu gentiane|Azul genciana|Blu genziana
5011 Stahlblau|Bleu acier|Azul acero|Blu acciaio
5012 Lichtblau|Bleu clair|Azul luminoso|Blu luce
5013 Kobaltblau|Bleu cobalt|Azul cobalto|Blu cobalto
5014 Taubenblau|Bleu pigeon|Azul colombino|Blu colomba
5015 Himmelblau|Bleu ciel|Azul celeste|Blu cielo
5017 Verkehrsblau|Bleu signalisation|Azul tráfico|Blu traffico
5018 Türkisblau|Bleu turquoise|Azul turquesa|Blu turchese
5019 Capriblau|Bleu capri|Azul capri|Blu capri
5020 Ozeanblau|Bleu océan|Azul océano|Blu oceano
5021 Wasserblau|Bleu d'eau|Azul agua|Blu acqua
5022 Nachtblau|Bleu nocturne|Azul noche|Blu notte
5023 Fernblau|Bleu distant|Azul lejanía|Blu distante
5024 Pastellblau|Bleu pastel|Azul pastel|Blu pastello
5025 Perlenzian|Gentiane nacré|Genciana perlado|Blu genziana perlato
5026 Perlnachtblau|Bleu nuit nacré|Azul noche perlado|Blu notte perlato
6000 Patinagrün|Vert patine|Verde patina|Verde patina
6001 Smaragdgrün|Vert émeraude|Verde esmeralda|Verde smeraldo
6002 Laubgrün|Vert feuillage|Verde hoja|Verde foglia
6003 Olivgrün|Vert olive|Verde oliva|Verde oliva
6004 Blaugrün|Vert bleu|Verde azulado|Verde bluastro
6005 Moosgrün|Vert mousse|Verde musgo|Verde muschio
6006 Grauoliv|Olive gris|Oliva grisáceo|Oliva grigiastro
6007 Flaschengrün|Vert bouteille|Verde botella|Verde bottiglia
6008 Braungrün|Vert brun|Verde parduzco|Verde brunastro
6009 Tannengrün|Vert sapin|Verde abeto|Verde abete
6010 Grasgrün|Vert herbe|Verde hierba|Verde erba
6011 Resedagrün|Vert réséda|Verde reseda|Verde reseda
6012 Schwarzgrün|Vert noir|Verde negruzco|Verde nerastro
6013 Schilfgrün|Vert jonc|Verde caña|Verde canna
6014 Gelboliv|Olive jaune|Amarillo oliva|Oliva giallastro
6015 Schwarzoliv|Olive noir|Oliva negruzco|Oliva nerastro
6016 Türkisgrün|Vert turquoise|Verde turquesa|Verde turchese
6017 Maigrün|Vert mai|Verde mayo|Verde maggio
6018 Gelbgrün|Vert jaune|Verde amarillento|Verde giallastro
6019 Weißgrün|Vert blanc|Verde blanquecino|Verde biancastro
6020 Chromoxidgrün|Vert oxyde chromique|Verde cromo|Verde cromo
6021 Blassgrün|Vert pâle|Verde pálido|Verde pallido
6022 Braunoliv|Olive brun|Oliva parduzco|Oliva brunastro
6024 Verkehrsgrün|Vert signalisation|Verde tráfico|Verde traffico
6025 Farngrün|Vert fougère|Verde helecho|Verde felce
6026 Opalgrün|Vert opale|Verde opalo|Verde opale
6027 Lichtgrün|Vert clair|Verde luminoso|Verde luce
6028 Kieferngrün|Vert pin|Verde pino|Verde pino
6029 Minzgrün|Vert menthe|Verde menta|Verde menta
6032 Signalgrün|Vert de sécurité|Verde señales|Verde segnale
6033 Minttürkis|Turquoise menthe|Turquesa menta|Turchese menta
6034 Pastelltürkis|Turquoise pastel|Turquesa pastel|Turchese pastello
6035 Perlgrün|Vert nacré|Verde perlado|Verde perlato
6036 Perlopalgrün|Vert opal nacré|Verde ópalo perlado|Verde opalo perlato
6037 Reingrün|Vert pur|Verde puro|Verde puro
6038 Leuchtgrün|Vert brillant|Verde brillante|Verde brillante
7000 Fehgrau|Gris petit-gris|Gris ardilla|Grigio vaio
7001 Silbergrau|Gris argent|Gris plata|Grigio argento
7002 Olivgrau|Gris olive|Gris oliva|Grigio olivastro
7003 Moosgrau|Gris mousse|Gris musgo|Grigio muschio
7004 Signalgrau|Gris de sécurité|Gris señales|Grigio segnale
7005 Mausgrau|Gris souris|Gris ratón|Grigio topo
7006 Beigegrau|Gris beige|Gris beige|Grigio beige
7008 Khakigrau|Gris kaki|Gris caqui|Grigio kaki
7009 Grüngrau|Gris vert|Gris verdoso|Grigio verdastro
7010 Zeltgrau|Gris tente|Gris lona|Grigio tenda
7011 Eisengrau|Gris fer|Gris hierro|Grigio ferro
7012 Basaltgrau|Gris basalte|Gris basalto|Grigio basalto
7013 Braungrau|Gris brun|Gris parduzco|Grigio brunastro
7015 Schiefergrau|Gris ardoise|Gris pizarra|Grigio ardesia
7016 Anthrazitgrau|Gris anthracite|Gris antracita|Grigio antracite
7021 Schwarzgrau|Gris noir|Gris negruzco|Grigio nerastro
7022 Umbragrau|Gris terre d'ombre|Gris sombra|Grigio ombra
7023 Betongrau|Gris béton|Gris hormigón|Grigio calcestruzzo
7024 Graphitgrau|Gris graphite|Gris grafita|Grigio grafite
7026 Granitgrau|Gris granit|Gris granito|Grigio granito
7030 Steingrau|Gris pierre|Gris piedra|Grigio pietra
7031 Blaugrau|Gris bleu|Gris azulado|Grigio bluastro
7032 Kieselgrau|Gris silex|Gris guijarro|Grigio ghiaia
7033 Zementgrau|Gris ciment|Gris cemento|Grigio cemento
7034 Gelbgrau|Gris jaune|Gris amarillento|Grigio giallastro
7035 Lichtgrau|Gris clair|Gris luminoso|Grigio luce
7036 Platingrau|Gris platine|Gris platino|Grigio platino
7037 Staubgrau|Gris poussière|Gris polvo|Grigio polvere
7038 Achatgrau|Gris agate|Gris ágata|Grigio agata
7039 Quarzgrau|Gris quartz|Gris cuarzo|Grigio quarzo
7040 Fenstergrau|Gris fenêtre|Gris ventana|Grigio finestra
7042 Verkehrsgrau A|Gris signalisation A|Gris tráfico A|Grigio traffico A
7044 Seidengrau|Gris soie|Gris seda|Grigio seta
7048 Perlmausgrau|Gris souris nacré|Gris musgo perlado|Grigio topo perlato
8000 Grünbraun|Brun vert|Pardo verdoso|Marrone verdastro
8001 Ockerbraun|Brun terre de Sienne|Pardo ocre|Marrone ocra
8002 Signalbraun|Brun de sécurité|Marrón señales|Marrone segnale
8003 Lehmbraun|Brun argile|Pardo arcilla|Marrone fango
8004 Kupferbraun|Brun cuivré|Pardo cobre|Marrone rame
8007 Rehbraun|Brun fauve|Pardo corzo|Marrone capriolo
8008 Olivbraun|Brun olive|Pardo oliva|Marrone oliva
8011 Nussbraun|Brun noisette|Pardo nuez|Marrone noce
8012 Rotbraun|Brun rouge|Pardo rojo|Marrone rossiccio
8014 Sepiabraun|Brun sépia|Sepia|Marrone seppia
8015 Kastanienbraun|Marron|Castaño|Marrone castagna
8016 Mahagonibraun|Brun acajou|Caoba|Marrone mogano
8017 Schokoladenbraun|Brun chocolat|Chocolate|Marrone cioccolata
8019 Graubraun|Brun gris|Pardo grisáceo|Marrone grigiastro
8022 Schwarzbraun|Brun noir|Pardo negruzco|Marrone nerastro
8023 Orangebraun|Brun orangé|Pardo anaranjado|Marrone arancio
8024 Beigebraun|Brun beige|Pardo beige|Marrone beige
8025 Blassbraun|Brun pâle|Pardo pálido|Marrone pallido
8028 Terrabraun|Brun terre|Marrón tierra|Marrone terra
8029 Perlkupfer|Cuivre nacré|Cobre perlado|Rame perlato
9001 Cremeweiß|Blanc crème|Blanco crema|Bianco crema
9002 Grauweiß|Blanc gris|Blanco grisáceo|Bianco grigiastro
9003 Signalweiß|Blanc de sécurité|Blanco señales|Bianco segnale
9004 Signalschwarz|Noir de sécurité|Negro señales|Nero segnale
9005 Tiefschwarz|Noir foncé|Negro intenso|Nero intenso
9006 Weißaluminium|Aluminium blanc|Aluminio blanco|Aluminio brillante
9007 Graualuminium|Aluminium gris|Aluminio gris|Aluminio grigiastro
9010 Reinweiß|Blanc pur|Blanco puro|Bianco puro
9011 Graphitschwarz|Noir graphite|Negro grafito|Nero grafite
9012 Reinraumweiß|Blanc salle propre|Blanco sala limpia|Bianco camera bianca
9016 Verkehrsweiß|Blanc signalisation|Blanco tráfico|Bianco traffico
9017 Verkehrsschwarz|Noir signalisation|Negro tráfico|Nero traffico
9018 Papyrusweiß|Blanc papyrus|Blanco papiro|Bianco papiro
9022 Perlhellgrau|Gris clair nacré|Gris claro perlado|Grigio chiaro perlato
9023 Perldunkelgrau|Gris foncé nacré|Gris oscuro perlado|Grigio scuro perlato
"""
# RAL calls so what nobody else would, or words for ordinary colours stand for more than RAL's.
ORDINARY_WORDS = frozenset(
    [
        *(1007, 1026, 1034, 2003, 2005, 2007, 2008, 4001, 4007, 4012, 5001),
        *(5011, 5018, 5025, 6004, 6005, 6008, 6014, 6022, 6029, 6038, 8022),
    ]
)


def names() -> Iterator[tuple[str, str]]:
    for line in NAMES.replace("\n    ", " ").strip().splitlines():
        look, _, listed = line.partition(": ")
        yield from ((look, name) for name in listed.split(", "))


def ral_names() -> Iterator[tuple[int, str]]:
    for line in RAL.strip().splitlines():
        number, _, listed = line.partition(" ")
        yield from ((int(number), name) for name in listed.split("|"))


@pytest.mark.parametrize(("look", "name"), list(names()))
def test_a_name_is_read_whole_and_looks_like_it(look: str, name: str) -> None:
    reading = read_colour_words(name)

    assert (len(reading.colours), reading.not_understood) == (1, ())
    assert looks_like(reading.colours[0].lab, look), reading


@pytest.mark.parametrize(("number", "name"), list(ral_names()))
def test_a_name_of_ral_is_read_without_its_number(number: int, name: str) -> None:
    reading = read_colour_words(name)

    assert (len(reading.colours), reading.not_understood) == (1, ())
    read, ral = reading.colours[0], lexicon().ral[str(number)].lab
    assert number in ORDINARY_WORDS or delta_e_cmc(read.lab, ral)[0] <= read.reach


@pytest.mark.parametrize("text", ["port", "opera", "UPS", "Theater", "safety", "ballet", "Barbie", "duck", "mix"])
def test_what_says_which_colour_is_none_by_itself(text: str) -> None:
    assert read_colour_words(text).colours == ()
